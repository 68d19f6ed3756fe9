import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createProviderCall } from './provider-calls.ts';

/** What the provider answers; it notes each call that reaches it. */
let answer: () => Promise<Response>;
let reached = 0;
const fetcher: typeof fetch = async () => {
  reached += 1;
  return answer();
};
const ok = async () => Response.json({ fine: true });
const down = async () => new Response(null, { status: 503 });

beforeEach(() => {
  vi.useFakeTimers();
  reached = 0;
});
afterEach(() => vi.useRealTimers());

const away = { code: 'payment_provider_unavailable', retryable: true };

describe('calls of a provider', () => {
  it('are answers up to 4xx, and an outage from 500 on or when nobody answers', async () => {
    const call = createProviderCall('http://provider.test', fetcher);
    answer = async () => Response.json({ code: 'payment_succeeded' }, { status: 409 });
    expect(await call('POST', '/payments/x/cancel')).toEqual({ status: 409, body: { code: 'payment_succeeded' } });
    answer = down;
    await expect(call('GET', '/payments')).rejects.toMatchObject({
      ...away,
      message: 'the provider could not be asked',
    });
    answer = () => Promise.reject(new TypeError('fetch failed'));
    await expect(call('GET', '/payments')).rejects.toMatchObject(away);
  });

  it('are given up after two seconds, not a millisecond sooner', async () => {
    const call = createProviderCall('http://provider.test', fetcher);
    answer = () => new Promise(() => {});
    const waiting = call('GET', '/payments').catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(1999);
    expect(vi.getTimerCount()).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(await waiting).toMatchObject({ ...away, message: 'the provider took longer than 2000 ms' });
  });

  it('stop reaching it after five failures, try it once after two seconds, and go on when that went well', async () => {
    const call = createProviderCall('http://provider.test', fetcher);
    const fail = async () => {
      await expect(call('GET', '/payments')).rejects.toMatchObject(away);
    };
    answer = down;
    for (let i = 0; i < 5; i += 1) await fail();
    expect(reached).toBe(5);
    answer = ok;
    for (let i = 0; i < 50; i += 1) await fail();
    expect(reached).toBe(5);
    await vi.advanceTimersByTimeAsync(1999);
    await fail();
    expect(reached).toBe(5);
    // Still down at the first try: it is given the same rest again.
    await vi.advanceTimersByTimeAsync(1);
    answer = down;
    await fail();
    expect(reached).toBe(6);
    answer = ok;
    await fail();
    expect(reached).toBe(6);
    await vi.advanceTimersByTimeAsync(2000);
    expect(await call('GET', '/payments')).toEqual({ status: 200, body: { fine: true } });
    answer = down;
    for (let i = 0; i < 4; i += 1) await fail();
    answer = ok;
    expect((await call('GET', '/payments')).status).toBe(200);
  });
});
