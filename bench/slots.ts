import { percent, whole, type Report, type Row } from './measure/report.ts';
import type { BenchOptions } from './options.ts';
import { startModelRoom } from './slots/model-room.ts';
import { startRealRoom } from './slots/real-room.ts';
import { runCrowd, type Outcome } from './slots/run-crowd.ts';
import { SCENARIOS, type Scenario } from './slots/scenarios.ts';

/** Slots that a crowd with 40 % ghosts fills, on the real parts in shortened time, beside the model of the law before the same crowd. */
export async function benchSlots({ smoke }: BenchOptions): Promise<Report> {
  const scenarios = smoke ? SCENARIOS.slice(0, 1).map(shortened) : SCENARIOS;
  const rows: Row[] = [];
  const took: string[] = [];
  for (const scenario of scenarios) {
    const real = await runCrowd(startRealRoom, scenario);
    rows.push(...toRows(scenario, real, await runCrowd(startModelRoom, scenario)));
    took.push(
      `${whole(scenario.seconds)} s of the room in ${real.realSeconds.toFixed(0)} s, ${whole(real.requests)} requests`,
    );
  }
  return {
    title: 'Slots filled after the first minute, 40 % ghosts, pollers and sockets mixed',
    rows,
    notes: [
      `Time: ${took.join('; ')}. The parts' clocks and the scripts' are moved by the bench, nothing waits in real time.`,
      'Model: the law as a plain program, which the property tests compare the scripts with; the same people come to it.',
      'Real: Redis and the scripts, Postgres and the worker’s round, the edge’s app (in process), the feed with its sockets, every token.',
      'Not real: network latency, core (its health is written by the bench), pages (their rules are ported), the feed’s 300 ms of gathering.',
    ],
  };
}

/** Long enough that people are called, which takes 22 s, and get in. */
const shortened = (scenario: Scenario): Scenario => ({ ...scenario, seconds: 30, visitors: 40 });

function toRows({ name }: Scenario, real: Outcome, model: Outcome): Row[] {
  return [
    [`${name}: filled`, percent(real.filled), { value: 100 * real.filled, bound: { atLeast: 98 } }],
    ['  by the model', percent(model.filled), { value: 100 * model.filled }],
    ['  overtaken', String(real.overtaken), { value: real.overtaken, bound: { atMost: 0 } }],
    ['  by the model', String(model.overtaken), { value: model.overtaken }],
  ];
}
