import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startStores, type Stores } from './room-under-test.ts';
import { expectTrueWaits } from './told-waits.ts';

/** Minutes of a room's life take a while where other work goes on beside them, in ms. */
const LONGEST_MS = 120_000;
let stores: Stores;
beforeAll(async () => {
  stores = await startStores();
});
afterAll(() => stores.stop());

// At a few people a minute chance alone moves the wait of a hundred by 5 to 8 % when 2 to 4 in 10 don't answer; nobody can know whom.
describe('the estimated wait is right within one poll or 10 % for 90 % of looks', () => {
  it.each([
    ['600 a minute, everyone answers', 600, 0, { seconds: 120, from: 15 }, 1100],
    ['60 a minute, 2 in 10 never answer', 60, 2, { seconds: 420, from: 60 }, 700],
    ['12 a minute, everyone answers', 12, 0, { seconds: 600, from: 120 }, 150],
  ] as const)(
    '%s',
    async (_title, rate, ghostTenths, time, count) => {
      const settings = { rate, capacity: 100_000, sessionMs: 14_000_000 };
      expect(await expectTrueWaits(stores, settings, [{ lane: 'general', count, ghostTenths }], time)).toBeGreaterThan(
        500,
      );
    },
    LONGEST_MS,
  );

  it(
    'in two lanes of three to one, each at its own pace',
    async () => {
      const lanes = [
        { name: 'general', weight: 3 },
        { name: 'presale', weight: 1 },
      ];
      const crowds = lanes.map(({ name, weight }) => ({ lane: name, count: 600 * weight, ghostTenths: 3 }));
      const settings = { rate: 480, capacity: 100_000, lanes };
      await expectTrueWaits(stores, settings, crowds, { seconds: 200, from: 20 });
    },
    LONGEST_MS,
  );

  it(
    'in a room that is full, where people come in as others go',
    async () => {
      const crowds = [{ lane: 'general', count: 1800, ghostTenths: 4 }];
      const settings = { rate: 240, capacity: 200 };
      const time = { seconds: 420, from: 200, staySeconds: 50 };
      await expectTrueWaits(stores, settings, crowds, time);
    },
    LONGEST_MS,
  );
});
