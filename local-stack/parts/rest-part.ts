import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { StackError } from '../stack-error.ts';
import type { Part } from '../supervisor/part.ts';
import { servicePart } from './service-part.ts';
import type { StackSettings } from './settings.ts';
import type { StoreAddresses } from './stores.ts';

const CHECK_SECONDS = 10;

/** The Upstash-compatible REST front, or the address of the environment when that leads to the same Redis. */
export function restPart({ root, external, keys, ports }: StackSettings, addresses: StoreAddresses): Part {
  const { rest } = external;
  if (rest !== undefined) {
    return {
      name: 'rest-front',
      needs: ['redis'],
      start: async () => {
        await checkSameRedis(rest, addresses.redisUrl);
        return { address: rest.url, note: 'from UPSTASH_REDIS_REST_URL' };
      },
    };
  }
  return servicePart({
    name: 'rest-front',
    needs: ['build', 'redis'],
    root,
    script: 'local-stack/rest-front-main.js',
    env: () => ({
      REDIS_URL: addresses.redisUrl,
      UPSTASH_REDIS_REST_TOKEN: keys.restToken,
      HOST: '127.0.0.1',
      PORT: String(ports.rest),
    }),
  });
}

async function checkSameRedis(rest: { url: string; token: string }, redisUrl: string): Promise<void> {
  const key = `onsale:stack-check:${randomBytes(8).toString('hex')}`;
  const redis = new Redis(redisUrl, { lazyConnect: true, retryStrategy: () => null });
  redis.on('error', () => {});
  try {
    await redis.connect();
    await redis.set(key, 'same', 'EX', CHECK_SECONDS);
    const response = await fetch(rest.url, {
      method: 'POST',
      headers: { Authorization: `Bearer ${rest.token}` },
      body: JSON.stringify(['GET', key]),
      signal: AbortSignal.timeout(CHECK_SECONDS * 1_000),
    });
    const text = await response.text();
    if (response.ok && text.includes('"same"')) return;
    throw new StackError(`UPSTASH_REDIS_REST_URL answers ${response.status} and does not show what REDIS_URL holds.`, {
      fix: 'Both must lead to the same Redis, and UPSTASH_REDIS_REST_TOKEN must be its token.',
    });
  } catch (cause) {
    if (cause instanceof StackError) throw cause;
    throw new StackError('UPSTASH_REDIS_REST_URL does not answer.', {
      fix: 'Correct it, or unset it and its token to use the embedded front.',
      cause,
    });
  } finally {
    redis.disconnect();
  }
}
