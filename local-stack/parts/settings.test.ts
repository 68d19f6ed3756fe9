import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { freePort } from '../process/free-port.ts';
import { StackError } from '../stack-error.ts';
import { choosePorts, readExternalStores } from './settings.ts';

const REST = { UPSTASH_REDIS_REST_URL: 'https://r.example', UPSTASH_REDIS_REST_TOKEN: 't' };

describe('stores of the environment', () => {
  it('are none by default, also when a variable is empty', () => {
    const none = { databaseUrl: undefined, redisUrl: undefined, rest: undefined };
    expect(readExternalStores({})).toEqual(none);
    expect(readExternalStores({ REDIS_URL: '', DATABASE_URL: '' })).toEqual(none);
  });

  it('may replace Redis alone: the embedded front then stands before it', () => {
    expect(readExternalStores({ REDIS_URL: 'redis://r' })).toMatchObject({ redisUrl: 'redis://r', rest: undefined });
  });

  it('are refused when the edge and the others would use two different stores', () => {
    expect(() => readExternalStores(REST)).toThrow(StackError);
    expect(() => readExternalStores(REST)).toThrow(/REDIS_URL is not/);
    expect(readExternalStores({ ...REST, REDIS_URL: 'redis://r' }).rest).toEqual({
      url: 'https://r.example',
      token: 't',
    });
  });

  it('are refused when an address lacks its token, or a token its address', () => {
    const { UPSTASH_REDIS_REST_URL, UPSTASH_REDIS_REST_TOKEN } = REST;
    expect(() => readExternalStores({ UPSTASH_REDIS_REST_URL })).toThrow(/TOKEN is not/);
    expect(() => readExternalStores({ UPSTASH_REDIS_REST_TOKEN })).toThrow(/URL is not/);
  });
});

describe('ports', () => {
  it('are all different, and the edge has the one that was asked for', async () => {
    const wish = await freePort();
    const ports = await choosePorts(wish);
    expect(ports.edge).toBe(wish);
    expect(new Set(Object.values(ports)).size).toBe(7);
  });

  it('prefer the one of the last start, and a free one when 0 is asked for', async () => {
    const remembered = await freePort();
    expect((await choosePorts(0, remembered)).edge).not.toBe(remembered);
    expect((await choosePorts(undefined, remembered)).edge).toBe(remembered);
    const next = await choosePorts(undefined, remembered);
    expect(next.edge).not.toBe(remembered);
    expect(next.edge).toBeGreaterThan(0);
  });

  it('are never given to two stacks, also before anything listens', async () => {
    const wish = await freePort();
    const [first, second] = await Promise.all([choosePorts(undefined), choosePorts(undefined)]);
    expect(new Set([...Object.values(first), ...Object.values(second)]).size).toBe(14);
    await choosePorts(wish);
    await expect(choosePorts(wish)).rejects.toThrow(/can't be used/);
  });

  it('are refused when the one asked for is taken', async () => {
    const server = createServer();
    const taken = await new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => {
        const address = server.address();
        resolve(typeof address === 'object' ? (address?.port ?? 0) : 0);
      });
    });
    await expect(choosePorts(taken)).rejects.toThrow(`Port ${taken} of 127.0.0.1 can't be used`);
    server.close();
  });
});
