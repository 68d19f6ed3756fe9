import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestRedis, type TestRedis } from '../../local-stack/test-stack.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import { readPlace } from '../../redis/room/read-place.ts';
import type { ScriptClient } from '../../redis/script-client.ts';
import { SCRIPTS } from '../../redis/scripts.generated.ts';
import { scriptsWithTestClock, TEST_CLOCK_KEY } from '../../redis/test-clock.ts';
import { startClients } from './clients.ts';
import { walkInventory } from './inventory-steps.ts';
import { walkRoom } from './room-steps.ts';
import { createRecorder, type Recorder } from './transcript.ts';

let redis: TestRedis;
let raw: Redis;
let running: Awaited<ReturnType<typeof startClients>>;
const recorders = new Map<string, Recorder>();

beforeAll(async () => {
  redis = await startTestRedis();
  raw = new Redis(redis.url);
  running = await startClients(redis.url, scriptsWithTestClock());
  for (const { name, client } of running.clients) {
    await redis.flush();
    const recorder = createRecorder(client);
    recorders.set(name, recorder);
    await walkRoom(recorder, raw);
    await redis.flush();
    await walkInventory(recorder, raw);
  }
});
afterAll(async () => {
  raw.disconnect();
  await running.stop();
  await redis.stop();
});

describe('the two Redis clients', () => {
  it('answer every step alike, in Node and inside workerd', () => {
    const [first, ...others] = [...recorders.values()];
    expect(first?.transcript.length).toBeGreaterThan(50);
    for (const other of others) expect(other.transcript).toEqual(first?.transcript);
  });

  it('walk through what matters: claims, refusals and odd ids among them', () => {
    const answers = JSON.stringify(recorders.get('ioredis')?.transcript);
    for (const sign of [
      '"active"',
      '"spent"',
      '"ready"',
      '"refused":"room_recovering"',
      '"refused":"room_not_found"',
      '"refused":"lane_unknown"',
      '"refused":"room_rejecting"',
      '"allowed":false',
      '"seats_unavailable"',
      '"zone_sold_out"',
      '"limit_reached"',
      '"refused":"inventory_rebuilding"',
      '"refused":"idempotency_key_reused"',
    ]) {
      expect(answers).toContain(sign);
    }
  });

  it('run every shipped script', () => {
    for (const { ran } of recorders.values()) expect([...ran].toSorted()).toEqual(Object.keys(SCRIPTS).toSorted());
  });

  it('say store_unavailable within a second when the store is gone', async () => {
    const gone = await startTestRedis();
    await gone.stop();
    const { clients, stop } = await startClients(gone.url, scriptsWithTestClock());
    const ask = (client: ScriptClient) =>
      readPlace(client, { room: 'demo', ticketId: 'a', lane: 'general', score: '1', expMs: 1 }).catch(
        (e: unknown) => e,
      );
    for (const { client } of clients) {
      // A Worker that has just been started is not quick yet.
      await ask(client);
      const began = performance.now();
      const refusal = await ask(client);
      expect(refusal).toBeInstanceOf(OperatingError);
      expect(refusal).toMatchObject({ code: 'store_unavailable' });
      expect(performance.now() - began).toBeLessThan(1000);
    }
    await stop();
  });
});

it('no shipped script reads the test clock, and every time is read through it in tests', () => {
  for (const script of Object.values(SCRIPTS)) expect(script.lua).not.toContain(TEST_CLOCK_KEY);
  for (const script of Object.values(scriptsWithTestClock())) expect(script.lua).not.toContain("'TIME'");
});
