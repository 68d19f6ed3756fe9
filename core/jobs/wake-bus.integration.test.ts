import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import { startTestRedis } from '../../local-stack/test-stack.ts';
import { createLogger } from '../../platform/log.ts';
import { createWakeBus } from './wake-bus.ts';

it('waits for a Redis that went away in the middle of its work instead of asking without a pause', async () => {
  const redis = await startTestRedis();
  const log = createLogger('test');
  const woken = vi.fn(() => redis.stop());
  const bus = createWakeBus(redis.url, log, woken);
  let refusals = 0;
  vi.spyOn(log, 'debug').mockImplementation(() => {
    refusals += 1;
    // A loop without a pause lets no timer run: it has to be ended from within.
    if (refusals === 1000) void bus.stop();
  });
  bus.wake('inbox');
  await vi.waitFor(() => expect(woken).toHaveBeenCalled(), { timeout: 10_000 });
  await sleep(1000);
  expect(refusals).toBeLessThan(200);
  await bus.stop();
});
