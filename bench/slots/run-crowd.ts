import { createSeededRandom } from '../../cli/crowd/seeded-random.ts';
import { createJudge, type Judge } from './judge.ts';
import { createRoomTime } from './room-time.ts';
import type { Scenario } from './scenarios.ts';
import { START_MS, type Settings, type SlotsRoom } from './slots-room.ts';
import { enter, type Kind } from './visitor.ts';

const GHOSTS = 0.4;
/** Of those who are no ghosts, in percent. */
const MIX: readonly (readonly [number, Kind])[] = [
  [58, 'poller'],
  [25, 'socket'],
  [10, 'sleeper'],
  [3, 'noclaim'],
  [4, 'quitter'],
];
const ARRIVE_MS = 20_000;
/** The first minute is not judged: calls start from nothing. */
const UNJUDGED_SECONDS = 60;
const SEED = 7;

/** What came of a crowd. `filled`: the share of what the bound allowed, after the first minute. */
export type Outcome = { filled: number; overtaken: number; requests: number; realSeconds: number };

/** Lets a scenario's crowd stand before a room. The same seed makes the same people, whatever room they meet. */
export async function runCrowd(
  start: (settings: Settings) => Promise<SlotsRoom>,
  scenario: Scenario,
): Promise<Outcome> {
  const began = performance.now();
  const room = await start(scenario);
  const arrivals = createSeededRandom(SEED);
  const judge = createJudge();
  const time = createRoomTime(START_MS, (ms) => room.setClocks(ms));
  for (let n = 0; n < scenario.visitors; n += 1) {
    const kind = arrivals.chance(GHOSTS) ? 'ghost' : arrivals.pick(MIX);
    // A stream of their own for each: what one draws must not depend on who asked first.
    const around = { room, time, judge, random: createSeededRandom(SEED, n + 1) };
    time.at(START_MS + 1000 + arrivals.between(0, ARRIVE_MS), () => enter(kind, around));
  }
  try {
    // The first tick puts the room into Redis, the next opens it.
    await room.tick();
    await time.run(START_MS + scenario.seconds * 1000, async () => {
      const announced = await room.tick();
      if (announced !== null) judge.tick(announced, time.nowMs());
    });
  } finally {
    await room.stop();
  }
  if (judge.seconds().every(({ admitted }) => admitted === 0)) throw new Error('nobody got in');
  const realSeconds = (performance.now() - began) / 1000;
  return { filled: filled(judge, scenario), overtaken: judge.overtaken(), requests: room.requests(), realSeconds };
}

/** Admissions by the rate, or slots taken. */
function filled(judge: Judge, { bound, rate, capacity, seconds }: Scenario): number {
  const judged = judge.seconds().filter(({ atMs }) => atMs > START_MS + UNJUDGED_SECONDS * 1000);
  const sum = (of: 'admitted' | 'active'): number => judged.reduce((total, second) => total + second[of], 0);
  // By time, not by ticks: a tick that is missing must count against the fill.
  const judgedSeconds = Math.max(1, seconds - UNJUDGED_SECONDS);
  return bound === 'rate' ? sum('admitted') / ((rate * judgedSeconds) / 60) : sum('active') / judgedSeconds / capacity;
}
