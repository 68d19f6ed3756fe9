import { boardOf, laneOf } from '../../contracts/board.fixture.ts';
import { placeOf } from '../../contracts/place.fixture.ts';

/** A lane called up to 100 of about a thousand. */
export const lane = laneOf({
  calledTo: '100',
  nearTo: '300',
  waiting: 900,
  marks: [
    [100, 0],
    [1000, 900],
  ],
  pace: { perMinute: 60, showUpRate: 0.5, expected: 0 },
});

/** An open room with that lane. */
export const board = boardOf({ tick: 5, at: 1_800_000_000_000, lanes: { general: lane } });

/** Somebody far from its head. */
export const place = placeOf({ score: '600', pollAfterMs: 20_000 });
