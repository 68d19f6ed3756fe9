import { once } from 'node:events';
import { request, type IncomingMessage, type Server } from 'node:http';
import { json } from 'node:stream/consumers';
import { Redis as RestClient } from '@upstash/redis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestRedis } from '../test-stack.ts';
import type { TestRedis } from '../test-stack.ts';
import { connectRedis } from './redis-connection.ts';
import type { RedisConnection } from './redis-connection.ts';
import { createRestFrontServer } from './server.ts';
import { createSubscriptions } from './subscriptions.ts';
import type { Subscriptions } from './subscriptions.ts';

const TOKEN = 'a-token-for-tests';

const like = (pattern: RegExp): unknown => expect.stringMatching(pattern);

describe('REST front', () => {
  let store: TestRedis;
  let redis: RedisConnection;
  let subscriptions: Subscriptions;
  let server: Server;
  let url = '';

  beforeAll(async () => {
    store = await startTestRedis();
    redis = connectRedis(store.url, { answerMs: 400, inFlight: 1_000 });
    subscriptions = createSubscriptions(store.url);
    server = createRestFrontServer({ token: TOKEN, redis, subscriptions });
    server.listen({ host: '127.0.0.1', port: 0 });
    await once(server, 'listening');
    const address = server.address();
    url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
    await redis.connected();
  });

  afterAll(async () => {
    subscriptions.close();
    redis.close();
    await new Promise((resolve) => server.close(resolve));
    await store.stop();
  });

  beforeEach(() => store.flush());

  const post = async (
    path: string,
    body: unknown,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; body: unknown; headers: Headers }> => {
    const response = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${TOKEN}`, ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    return { status: response.status, body: await response.json(), headers: response.headers };
  };
  const client = (): RestClient => new RestClient({ url, token: TOKEN, retry: { retries: 0 }, enableTelemetry: false });

  it('serves the client with and without automatic pipelining', async () => {
    for (const enableAutoPipelining of [true, false]) {
      const rest = new RestClient({ url, token: TOKEN, enableAutoPipelining, automaticDeserialization: false });
      expect(await rest.set('greeting', 'grüße, 世界')).toBe('OK');
      expect(await Promise.all([rest.get('greeting'), rest.get('nothing')])).toEqual(['grüße, 世界', null]);
      expect(await rest.set('word', 'OK')).toBe('OK');
      expect(await rest.get('word')).toBe('OK');
      await rest.hset('seats', { a: '1', b: 'OK' });
      expect(await rest.hgetall('seats')).toEqual(['a', '1', 'b', 'OK']);
      expect(await client().hgetall('seats')).toEqual({ a: 1, b: 'OK' });
      await rest.zadd('line', { score: 1.5, member: 'first' }, { score: 12_345_678_901_234, member: 'second' });
      expect(await rest.zrange('line', 0, -1, { withScores: true })).toEqual([
        'first',
        '1.5',
        'second',
        '12345678901234',
      ]);
      expect(await rest.incr(`count:${enableAutoPipelining}`)).toBe(1);
      expect((await rest.scan(0, { match: 'seat*', count: 1_000 }))[1]).toEqual(['seats']);
    }
  });

  it('runs scripts by text and by hash, with NOSCRIPT passed on word for word', async () => {
    const rest = client();
    const script = "return {KEYS[1], ARGV[1], redis.call('SET', KEYS[1], ARGV[1]), {1, false, 'OK', {'deep'}}}";
    const expected = ['k', 'v', 'OK', [1, null, 'OK', ['deep']]];
    expect(await rest.eval(script, ['k'], ['v'])).toEqual(expected);
    const hash = await rest.scriptLoad(script);
    expect(await rest.evalsha(hash, ['k'], ['v'])).toEqual(expected);
    await rest.scriptFlush();
    await expect(rest.evalsha(hash, ['k'], ['v'])).rejects.toThrow(/NOSCRIPT No matching script/);
    expect(await post('/', ['EVALSHA', hash, 0])).toMatchObject({
      status: 400,
      body: { error: like(/^NOSCRIPT/) },
    });
  });

  it('encodes strings in base64 at every depth, but leaves an OK that is the whole reply', async () => {
    const asked = { 'Upstash-Encoding': 'base64' };
    expect((await post('/', ['SET', 'a', 'OK'], asked)).body).toEqual({ result: 'OK' });
    expect((await post('/', ['MGET', 'a', 'none'], asked)).body).toEqual({ result: ['T0s=', null] });
    expect((await post('/', ['EVAL', "return {'x', {'y', 2}}", 0], asked)).body).toEqual({
      result: ['eA==', ['eQ==', 2]],
    });
    expect((await post('/pipeline', [['GET', 'a']])).body).toEqual([{ result: 'OK' }]);
  });

  it('keeps bytes that are no UTF-8', async () => {
    const reply = await post('/', ['EVAL', "return '\\255\\0'", 0], { 'Upstash-Encoding': 'base64' });
    expect(reply.body).toEqual({ result: '/wA=' });
  });

  it('answers a pipeline in order and length, each error in its place', async () => {
    const reply = await post('/pipeline', [
      ['SET', 'n', 'x'],
      ['INCR', 'n'],
      ['GET', 'n'],
      ['NOPE'],
      ['SET', 'b', true],
      ['GET', 'b'],
    ]);
    expect(reply.status).toBe(200);
    expect(reply.headers.get('Upstash-Sync-Token')).toBeTruthy();
    expect(reply.body).toEqual([
      { result: 'OK' },
      { error: 'ERR value is not an integer or out of range' },
      { result: 'x' },
      { error: like(/^ERR unknown command/) },
      { result: 'OK' },
      { result: 'true' },
    ]);
  });

  it('runs a transaction as a whole, or not at all when a command is unknown', async () => {
    expect(await client().multi().set('t', '1').incr('t').exec()).toEqual(['OK', 2]);
    const failed = await post('/multi-exec', [['SET', 't', '9'], ['NOPE']]);
    expect(failed).toMatchObject({ status: 400, body: { error: like(/^EXECABORT/) } });
    const mixed = await post('/multi-exec', [
      ['SET', 's', 'x'],
      ['INCR', 's'],
    ]);
    expect(mixed.body).toEqual([{ result: 'OK' }, { error: like(/^ERR value is not an integer/) }]);
    expect((await post('/', ['GET', 't'])).body).toEqual({ result: '2' });
  });

  it('refuses a wrong token, what is not JSON, odd words, connection commands and large bodies, always in JSON', async () => {
    expect(await post('/', ['PING'], { Authorization: 'Bearer wrong' })).toMatchObject({ status: 401 });
    for (const [body, status] of [
      ['{', 400],
      ['', 400],
      [{ a: 1 }, 400],
      [[], 400],
      [['GET', null], 400],
      [['GET', ['a']], 400],
      [['SUBSCRIBE', 'a'], 400],
      [['blpop', 'a', 0], 400],
      [['XREAD', 'block', 0, 'STREAMS', 'a', '$'], 400],
      [['SET', 'a', 'x'.repeat(1_100_000)], 413],
    ] as const) {
      const reply = await post('/', body);
      expect({ body: JSON.stringify(body).slice(0, 40), status: reply.status }).toMatchObject({ status });
      expect(reply.body).toEqual({ error: like(/^ERR /) });
    }
    expect(await post('/nowhere', [])).toMatchObject({ status: 404, body: { error: like(/./) } });
  });

  it('takes a body whose length is not named as well', async () => {
    const headers = { Authorization: `Bearer ${TOKEN}`, 'Transfer-Encoding': 'chunked' };
    const sending = request(url, { method: 'POST', headers });
    sending.write('["ECHO",');
    sending.end('"in pieces"]');
    const [answer] = (await once(sending, 'response')) as [IncomingMessage];
    expect(await json(answer)).toEqual({ result: 'in pieces' });
  });

  it('streams the messages of a channel to a subscriber', async () => {
    const rest = client();
    const got: unknown[] = [];
    const subscriber = rest.subscribe<string>('room:demo');
    const subscribed = new Promise((resolve) => subscriber.on('subscribe', resolve));
    subscriber.on('message', ({ message }) => got.push(message));
    await subscribed;
    await rest.publish('room:demo', 'one, with a comma');
    await rest.publish('room:other', 'not for us');
    await rest.publish('room:demo', { two: 2 });
    await expect.poll(() => got).toEqual(['one, with a comma', { two: 2 }]);
    await subscriber.unsubscribe();
    await expect.poll(async () => (await post('/', ['PUBSUB', 'CHANNELS'])).body).toEqual({ result: [] });
  });

  it('answers 503 at once while Redis hangs, and works again when it is back', async () => {
    process.kill(store.pid, 'SIGSTOP');
    const before = Date.now();
    const hung = await post('/pipeline', [['GET', 'a']]);
    const second = await post('/', ['GET', 'a']);
    process.kill(store.pid, 'SIGCONT');
    expect(hung).toMatchObject({ status: 503, body: { error: like(/^ERR store unavailable/) } });
    expect(second.status).toBe(503);
    expect(hung.headers.get('Retry-After')).toBe('1');
    expect(Date.now() - before).toBeLessThan(1_500);
    await expect.poll(() => post('/', ['PING']).then(({ status }) => status), { timeout: 5_000 }).toBe(200);
  });
});
