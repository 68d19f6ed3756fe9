import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aheadOf, estimateWaitMs } from '../../contracts/board.ts';
import { openCrowdRoom } from './crowd-room.ts';
import { startStores, type Stores } from './room-under-test.ts';
import { boardOf, expectTrueWaits, play, type Estimate } from './told-waits.ts';

/** Minutes of a room's life take a while where other work goes on beside them, in ms. */
const LONGEST_MS = 120_000;
let stores: Stores;
beforeAll(async () => {
  stores = await startStores();
});
afterAll(() => stores.stop());

// Other rates, lanes, and a room that is full: estimates.long.test.ts.
describe('the estimated wait is right within one poll or 10 % for 90 % of looks', () => {
  it(
    '600 a minute, 4 in 10 never answer',
    async () => {
      const settings = { rate: 600, capacity: 100_000, sessionMs: 14_000_000 };
      const crowds = [{ lane: 'general', count: 2300, ghostTenths: 4 }];
      expect(await expectTrueWaits(stores, settings, crowds, { seconds: 150, from: 15 })).toBeGreaterThan(500);
    },
    LONGEST_MS,
  );

  it('which people ahead at the room’s rate of admissions is not: ghosts make the line go faster', async () => {
    const naive: Estimate = (board, _lane, ahead) => (ahead / Math.max(1, board.admittedPerMinute)) * 60_000;
    const crowds = [{ lane: 'general', count: 2500, ghostTenths: 4 }];
    const { right } = await play(stores, { rate: 600, capacity: 100_000 }, crowds, { seconds: 120, from: 15 }, naive);
    expect(right).toBeLessThan(0.5);
  });
});

it('no time is told before people came in while others waited, nor in a room that stands', async () => {
  const crowd = await openCrowdRoom(stores, { rate: 60 });
  await crowd.ticks(30);
  const [guest] = await crowd.newcomers(1);
  await crowd.newcomers(500);
  await crowd.tick();
  const told = () => {
    const board = boardOf(crowd);
    const lane = board.lanes['general'];
    return lane && guest ? estimateWaitMs(board, 'general', aheadOf(lane, Number(guest.score) + 400)) : 0;
  };
  expect([told(), boardOf(crowd).waitTimeKnown]).toEqual([null, false]);
});
