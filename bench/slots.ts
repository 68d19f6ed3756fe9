import { createSeededRandom } from '../cli/crowd/seeded-random.ts';
import type { Board } from '../contracts/board.ts';
import { percent, whole, type Report, type Row } from './measure/report.ts';
import type { BenchOptions } from './options.ts';
import { createCalls } from './slots/calls.ts';
import { createJudge, type Judge } from './slots/judge.ts';
import { createRoomTime } from './slots/room-time.ts';
import { SCENARIOS, type Scenario } from './slots/simulated.ts';
import { createLines } from './slots/socket-line.ts';
import { enter, type Kind } from './slots/visitor.ts';
import { ROOM, START_MS, startWorld } from './slots/world.ts';

const GHOSTS = 0.4;
/** Of those who are no ghosts, in percent; the simulation had the same. */
const MIX: readonly (readonly [number, Kind])[] = [
  [58, 'poller'],
  [25, 'socket'],
  [10, 'sleeper'],
  [3, 'noclaim'],
  [4, 'quitter'],
];
const ARRIVE_MS = 20_000;
/** The first minute is not judged: calls start from nothing. */
const FROM_MS = START_MS + 60_000;
const SEED = 7;

/** Slots that a crowd with 40 % ghosts fills, on the real parts in shortened time, beside the simulation of the law. */
export async function benchSlots({ smoke }: BenchOptions): Promise<Report> {
  const rows: Row[] = [];
  const requests: string[] = [];
  for (const scenario of smoke ? SCENARIOS.slice(0, 1) : SCENARIOS) {
    const size = smoke ? { seconds: 12, visitors: 60 } : scenario;
    const began = performance.now();
    const { judge, calls } = await run(scenario, size.seconds, size.visitors);
    const realSeconds = (performance.now() - began) / 1000;
    const fill = filled(judge, scenario, size.seconds);
    rows.push(
      [`${scenario.name}: filled`, percent(fill), { value: 100 * fill, bound: { atLeast: 98 } }],
      ['  in the simulation', percent(scenario.simulated.fill), { value: 100 * scenario.simulated.fill }],
      ['  overtaken', String(judge.overtaken()), { value: judge.overtaken(), bound: { atMost: 0 } }],
      ['  in the simulation', String(scenario.simulated.overtaken)],
    );
    requests.push(`${whole(size.seconds)} s of the room in ${realSeconds.toFixed(0)} s, ${whole(calls)} requests`);
  }
  return {
    title: 'Slots filled after the first minute, 40 % ghosts, pollers and sockets mixed',
    rows,
    notes: [
      `Time: ${requests.join('; ')}. The parts' clocks and the scripts' are moved by the bench, nothing waits in real time.`,
      'The simulation lets ticks come up to 80 ms late, which costs it a part of the rolling minute; here they are punctual.',
      'Real: Redis and the scripts, Postgres and the worker’s round, the edge’s app (in process), the feed with its sockets, every token.',
      'Not real: network latency, core (its health is written by the bench), pages (their rules are ported), the feed’s 300 ms of gathering.',
    ],
  };
}

async function run(scenario: Scenario, seconds: number, visitors: number): Promise<{ judge: Judge; calls: number }> {
  const world = await startWorld(scenario);
  const random = createSeededRandom(SEED);
  const judge = createJudge();
  const lines = createLines();
  const time = createRoomTime(START_MS, (ms) => world.setClocks(ms));
  const calls = createCalls(world);
  const url = `${world.feedUrl}/rooms/${ROOM}`;
  const around = {
    calls,
    time,
    judge,
    random,
    openLine: (token: string, hear: (board: Board) => void) => lines.open(url, token, hear),
  };
  for (let n = 0; n < visitors; n += 1) {
    const kind = random.chance(GHOSTS) ? 'ghost' : random.pick(MIX);
    time.at(START_MS + 1000 + random.between(0, ARRIVE_MS), () => enter(kind, around));
  }
  // The first round puts the room into Redis, the next opens it.
  await world.round();
  try {
    await time.run(START_MS + seconds * 1000, async () => {
      const announced = await world.round();
      if (announced === null) return;
      judge.tick(announced, time.nowMs());
      await lines.heard(announced.board.tick);
    });
  } finally {
    lines.closeAll();
    await world.stop();
  }
  return { judge, calls: calls.count() };
}

/** The share of what the bound allowed: admissions by the rate, or slots taken. */
function filled(judge: Judge, { bound, rate, capacity }: Scenario, seconds: number): number {
  const judged = judge.seconds().filter(({ atMs }) => atMs > FROM_MS);
  const sum = (of: 'admitted' | 'active'): number => judged.reduce((total, second) => total + second[of], 0);
  // By time, not by ticks: a tick that is missing must count against the fill.
  const judgedSeconds = Math.max(1, seconds - 60);
  return bound === 'rate' ? sum('admitted') / ((rate * judgedSeconds) / 60) : sum('active') / judgedSeconds / capacity;
}
