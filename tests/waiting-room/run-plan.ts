import { expect } from 'vitest';
import type { AdmitOutcome } from '../../admission-worker/admit.ts';
import type { Round } from '../../contracts/rounds.ts';
import type { TickResult } from '../../redis/room/tick-room.ts';
import * as law from './model.ts';
import type { Mutation, RoomUnderTest, Stores } from './room-under-test.ts';
import { START } from './room-under-test.ts';
import type { Plan, Step } from './steps.ts';
import { createWitness, type Witness } from './witness.ts';

type Visitor = {
  id: string;
  lane: string;
  score: string;
  round: Round | null;
  gone: boolean;
  inside: boolean;
  keys: number;
};
type Run = {
  room: RoomUnderTest;
  settings: law.Settings;
  witness: Witness;
  /** Null once Redis was lost: from then on the witness judges alone. */
  model: law.Model | null;
  visitors: Visitor[];
  shown: Map<string, number>;
  seenTick: number;
  uncommitted: TickResult | null;
  rolledBack: boolean;
  snapshot: Awaited<ReturnType<RoomUnderTest['snapshot']>> | null;
};

/**
 * Plays a plan on the real scripts, beside the model and under the witness' eyes. Throws at the first broken promise. With
 * `mutations` it is a control: scripts that lack a guard, judged by the witness alone.
 */
export async function runPlan(stores: Stores, plan: Plan, mutations?: Mutation[]): Promise<Witness> {
  const room = await stores.openRoom(plan.settings, mutations);
  const run: Run = {
    room,
    settings: plan.settings,
    witness: createWitness(),
    visitors: [],
    // A control runs without the model, so that the witness alone has to notice.
    model: mutations === undefined ? law.newModel(plan.settings, START) : null,
    shown: new Map(),
    seenTick: 0,
    uncommitted: null,
    rolledBack: false,
    snapshot: null,
  };
  for (const step of plan.steps) await take(run, step);
  await everyoneGetsIn(run);
  return run.witness;
}

async function take(run: Run, step: Step): Promise<void> {
  const { room, visitors } = run;
  const one = 'who' in step ? visitors[step.who % Math.max(1, visitors.length)] : undefined;
  switch (step.do) {
    case 'join':
      for (let i = 0; i < step.count; i++) await join(run, step.lane, (step.draw + i * 7919) % 1e6);
      return;
    case 'joinAgain':
      if (one !== undefined) await joinAgain(run, one);
      return;
    case 'answerOne':
      if (one !== undefined) await answer(run, one, step.claims);
      return;
    case 'answer':
      for (const visitor of called(run)) if (chosen(visitor, step)) await answer(run, visitor, step.claims);
      return;
    case 'leave':
      if (one !== undefined) await leave(run, one);
      return;
    case 'tick':
      for (let i = 0; i < step.count; i++) await tick(run, step.workers);
      return;
    case 'dieInTick':
      return dieInTick(run);
    case 'silence':
      return room.advance(step.ms);
    case 'configure':
      return configure(run, { rate: step.rate, capacity: step.capacity });
    case 'pause':
      // Without the model nobody here knows the clock of open time.
      if (run.model !== null) await configure(run, { paused: step.paused });
      return;
    case 'method':
      return configure(run, { method: step.method });
    case 'lose':
      return lose(run, false, () => room.lose());
    case 'remember':
      run.snapshot = await room.snapshot();
      return;
    case 'rollBack': {
      const { snapshot } = run;
      if (snapshot === null) return;
      run.rolledBack = true;
      await lose(run, true, async () => {
        await room.rollBack(snapshot);
        await configure(run, {});
      });
    }
  }
}

async function join(run: Run, laneIndex: number, draw: number): Promise<void> {
  const { room, model, visitors, witness } = run;
  const lane = (run.settings.lanes[laneIndex] ?? run.settings.lanes[0])?.name ?? 'general';
  const id = `${lane}/${String(visitors.length).padStart(4, '0')}`;
  const fraction = (draw + visitors.length / 1e4) / 1e6;
  const place = await room.join(id, lane, fraction);
  if (model !== null) law.join(model, id, lane, room.nowMs(), fraction);
  if (place.score === null) throw new Error('a place without a score');
  witness.sawPlace(id, place.score);
  if (place.round !== null) witness.sawRound(id, lane, place.round);
  visitors.push({ id, lane, score: place.score, round: place.round, gone: false, inside: false, keys: 0 });
  if (model !== null) expect(Number(place.score), `score of ${id}`).toBe(model.tickets.get(id)?.score);
}

/** As a page does after a reload; the edge adds what the draw says of a lobby ticket. */
async function joinAgain({ room, witness }: Run, { id, lane, score, round }: Visitor): Promise<void> {
  const again = await room.join(id, lane, 0.5, { score, round });
  if (again.state !== 'spent' && again.state !== 'active') witness.sawPlace(id, again.score);
}

const called = ({ visitors, shown }: Run): Visitor[] =>
  visitors.filter(({ gone, lane, score }) => !gone && Number(score) <= (shown.get(lane) ?? 0));

const chosen = ({ id }: Visitor, { tenths, salt }: { tenths: number; salt: number }): boolean =>
  ((Number(id.split('/')[1]) * 7 + salt) * 13) % 10 < tenths;

async function answer(run: Run, visitor: Visitor, claims: boolean): Promise<string> {
  const { room, model, witness } = run;
  const place = await room.answer(visitor.id, visitor.lane, visitor.score, claims);
  const now = room.nowMs();
  const openAt = model === null ? now : law.openClock(model, now);
  const { state, againMs, untilMs } = place;
  const { id, lane } = visitor;
  witness.sawAnswer({ id, lane, score: Number(visitor.score), state, at: now, openAt, againMs, untilMs });
  if (place.state === 'active') visitor.inside = true;
  if (model !== null) {
    const wanted = law.answer(model, visitor.id, now, claims);
    expect(place.state, `answer of ${visitor.id}`).toBe(wanted.state);
    if (wanted.againMs !== undefined) expect(place.againMs).toBe(wanted.againMs);
  }
  return place.state;
}

async function leave({ room, model, witness }: Run, visitor: Visitor): Promise<void> {
  await room.leave(visitor.id, visitor.lane, visitor.score);
  if (model !== null) law.leave(model, visitor.id, room.nowMs());
  visitor.gone = true;
  witness.sawEnd(visitor.id);
}

async function configure(run: Run, change: Partial<law.Settings>): Promise<void> {
  run.settings = { ...run.settings, ...change };
  await run.room.configure(change);
  if (run.model !== null) run.model.settings = run.settings;
}

async function dieInTick(run: Run): Promise<void> {
  await run.room.advance(1000);
  const outcome = await run.room.tickUncommitted();
  if (outcome.status !== 'ticked') return;
  const admitted = run.model === null ? null : law.tick(run.model, run.room.nowMs());
  run.uncommitted = outcome.result;
  await note(run, outcome.result, admitted);
}

/** Returns whether the room was found lost, and restored. */
async function tick(run: Run, workers: number): Promise<boolean> {
  const { room, model } = run;
  await room.advance(1000);
  const outcomes = await room.tick(workers);
  const results = outcomes.flatMap((outcome) => (outcome.status === 'admitted' ? [outcome.result] : []));
  for (const result of results.toSorted((a, b) => a.tick - b.tick)) {
    const isNew = result.tick > run.seenTick;
    if (isNew) await note(run, result, model === null ? null : law.tick(model, room.nowMs()));
    if (model !== null && model.committed < model.tick) law.commit(model, room.nowMs());
    run.uncommitted = null;
    for (const [lane, numbers] of Object.entries(result.lanes)) {
      run.shown.set(lane, Number(numbers.calledTo));
      const openAt = model === null ? room.nowMs() : law.openClock(model, room.nowMs());
      run.witness.sawBoard(lane, Number(numbers.calledTo), openAt);
    }
  }
  const lost = outcomes.some(isLost);
  if (lost) await room.restore();
  return lost;
}

const isLost = (outcome: AdmitOutcome): boolean => outcome.status === 'lost';

/** A tick that was not seen before: judged by the witness, and compared with what the model says. */
async function note(run: Run, result: TickResult, expected: string[] | null): Promise<void> {
  const { room, model, witness, visitors } = run;
  run.seenTick = result.tick;
  witness.sawTick(result.admitted, result.at, await room.liveCount(), run.settings);
  for (const [lane, { calledTo }] of Object.entries(result.lanes)) witness.sawCalled(lane, Number(calledTo), result.at);
  for (const { id } of result.admitted) {
    const visitor = visitors.find((candidate) => candidate.id === id);
    if (visitor !== undefined) visitor.keys++;
  }
  if (model === null) return;
  // All of a tick are let in at one moment, in no order.
  const admitted = result.admitted.map(({ id }) => id);
  expect(admitted.toSorted(), `admitted by tick ${result.tick}`).toEqual(expected?.toSorted());
  for (const lane of model.lanes) {
    const numbers = result.lanes[lane.name];
    const real = numbers && [numbers.calledTo, numbers.admittedTo, numbers.nearTo, numbers.lateTo].map(Number);
    expect(real, `lane ${lane.name}`).toEqual([lane.calledTo, lane.admittedTo, lane.nearTo, lane.lateTo]);
    const sizes = numbers && [numbers.waiting, numbers.ready, numbers.late];
    expect(sizes, `sizes of ${lane.name}`).toEqual([lane.waiting.length, lane.ready.size, lane.late.size]);
  }
}

async function lose(run: Run, copied: boolean, how: () => Promise<void>): Promise<void> {
  await how();
  run.model = null;
  run.witness.sawLoss(
    (run.uncommitted?.admitted ?? []).map(({ id }) => id),
    copied,
  );
  run.uncommitted = null;
  // The worker notices in its next tick, restores, and ticks again a second later.
  const noticed = [await tick(run, 1), await tick(run, 1)].includes(true);
  if (copied && !noticed) run.witness.sawCopyGoOn();
}

/** Nothing is lost: given room and time, everyone who stayed comes in, unless two keys went unclaimed. */
async function everyoneGetsIn(run: Run): Promise<void> {
  await configure(run, { rate: 60_000, capacity: 10_000, paused: false });
  for (const visitor of run.visitors) if (visitor.inside) visitor.gone = true;
  const staying = () => run.visitors.filter(({ gone }) => !gone);
  for (let second = 0; second < 150 && staying().length > 0; second++) {
    await tick(run, 1);
    for (const visitor of staying()) {
      const due = Number(visitor.score) <= (run.shown.get(visitor.lane) ?? 0);
      // A copy younger than a tick is not noticed; there it helps that a waiting page looks after its place (WAITING-ROOM §5).
      if (!due && run.rolledBack && second % 20 === 0) await joinAgain(run, visitor);
      if (!due) continue;
      const state = await answer(run, visitor, true);
      if (state === 'spent' && visitor.keys < 2) throw new Error(`${visitor.id} is spent and was never inside`);
      if (state === 'active' || state === 'spent') visitor.gone = true;
    }
  }
  expect(
    staying().map(({ id }) => id),
    'still outside after minutes with room for all',
  ).toEqual([]);
}
