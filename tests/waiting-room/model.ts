import { DRAW_STEP, firstOpenBase, nextScore, ROUND_KNOWN, type ModelRound } from './model-rounds.ts';

/**
 * The waiting room's law as a plain program (WAITING-ROOM §1-3): what the Lua scripts must do, without Redis, Postgres and workers.
 * It knows nothing of losing Redis; a run that loses it is judged by the witness alone. Times are ms.
 */
export type Settings = {
  rate: number;
  capacity: number;
  sessionMs: number;
  claimMs: number;
  paused: boolean;
  opensAt: number | null;
  lanes: { name: string; weight: number }[];
  method: 'fifo' | 'random';
};
type Call = { from: number; to: number; count: number; answered: number; at: number | null };
type Near = { to: number; knownAfter: number; knownAt: number | null };
type Ticket = {
  id: string;
  lane: Lane;
  score: number;
  counted: boolean;
  strikes: number;
  since?: number;
  lateSince?: number;
  lateStrikes?: number;
};
type Held = { until: number; key: boolean; tick: number };
export type Lane = {
  name: string;
  weight: number;
  counter: number;
  calledTo: number;
  admittedTo: number;
  lateTo: number;
  nearTo: number;
  waiting: Ticket[];
  ready: Map<Ticket, number>;
  late: Map<Ticket, number>;
  /** Silent tickets of which something is still known. */
  silent: Map<Ticket, number>;
  calls: Call[];
  near: Near[];
  /** All rounds that ever began, in order of their bases. */
  rounds: ModelRound[];
  show: number;
  turn: number;
  lateCredit: number;
};
export type Model = {
  settings: Settings;
  tick: number;
  committed: number;
  at: number;
  openMs: number;
  opened: boolean;
  pace: number;
  freed: number;
  turnover: number;
  ring: { at: number; count: number }[];
  live: Map<string, Held>;
  spent: Set<string>;
  tickets: Map<string, Ticket>;
  lanes: Lane[];
};

const TICK = 1000;
const WINDOW = 6000;
const LOOKAHEAD = 15_000;
const MINUTE = 60_000;

/** A room that was just put into Redis for the first time. */
export function newModel(settings: Settings, now: number): Model {
  const lanes = settings.lanes.map(({ name, weight }) => ({
    name,
    weight,
    counter: 1,
    calledTo: 0,
    admittedTo: 0,
    lateTo: 0,
    nearTo: 0,
    show: 0.6,
    turn: 0,
    lateCredit: 0,
    waiting: [],
    ready: new Map(),
    late: new Map(),
    silent: new Map(),
    calls: [],
    near: [],
    rounds: [],
  }));
  const none = { tick: 0, committed: 0, pace: 0, freed: 0, turnover: 0, openMs: MINUTE, opened: false, ring: [] };
  return { ...none, settings, at: now, live: new Map(), spent: new Set(), tickets: new Map(), lanes };
}

const byScore = (a: Ticket, b: Ticket): number => a.score - b.score || compareIds(a, b);
const byLateTime = (a: Ticket, b: Ticket): number => (a.lateSince ?? 0) - (b.lateSince ?? 0) || compareIds(a, b);
const compareIds = (a: Ticket, b: Ticket): number => (a.id < b.id ? -1 : 1);
/** The answer windows' clock: it stands while the room is not open. */
export const openClock = (m: Model, now: number): number =>
  m.opened && !m.settings.paused ? m.openMs + now - m.at : m.openMs;
const isOpen = (call: Call, clock: number): boolean =>
  call.answered < call.count && (call.at === null || clock - call.at < WINDOW);
const callOf = ({ lane, score }: Ticket): Call | undefined => lane.calls.find((c) => score > c.from && score <= c.to);

/** Takes a place; `draw` is used in the lobby and in rounds. A known ticket keeps the one it has. */
export function join(m: Model, id: string, laneName: string, now: number, draw: number): void {
  const lane = m.lanes.find((candidate) => candidate.name === laneName);
  if (lane === undefined || m.tickets.has(id)) return;
  const lobby = !m.opened && m.settings.opensAt !== null && now < m.settings.opensAt;
  const isDrawn = m.settings.method === 'random';
  const score = lobby ? 1 + draw : nextScore(lane, now, isDrawn ? draw : null);
  const ticket = { id, lane, score, counted: false, strikes: 0 };
  m.tickets.set(id, ticket);
  lane.waiting.push(ticket);
  lane.waiting.sort(byScore);
}

/** First answer, repeated answer and claim. */
export function answer(m: Model, id: string, now: number, claims: boolean): { state: string; againMs?: number } {
  const ticket = m.tickets.get(id);
  if (ticket === undefined) throw new Error(`nobody joined as ${id}`);
  const held = m.live.get(id);
  if (held?.key === true && held.tick > m.committed) return { state: 'ready', againMs: TICK };
  if (held !== undefined && held.until > now) return answerHeld(m, ticket, held, now, claims);
  if (m.spent.has(id)) return { state: 'spent' };
  if (held !== undefined) return { state: 'called', againMs: TICK };
  const { lane, score } = ticket;
  if (!m.opened && m.settings.opensAt !== null && now < m.settings.opensAt) return { state: 'lobby' };
  if (score > lane.calledTo) return { state: 'waiting' };
  return answerCalled(m, ticket, now);
}

function answerHeld(m: Model, ticket: Ticket, held: Held, now: number, claims: boolean) {
  if (!held.key) return { state: 'active' };
  if (!claims) return { state: 'admitted' };
  m.live.set(ticket.id, { until: now + m.settings.sessionMs, key: false, tick: held.tick });
  m.spent.add(ticket.id);
  return { state: 'active' };
}

function answerCalled(m: Model, ticket: Ticket, now: number) {
  const { lane, score } = ticket;
  const call = callOf(ticket);
  if (!ticket.counted && call !== undefined && isOpen(call, openClock(m, now))) {
    ticket.counted = true;
    call.answered++;
  }
  ticket.since ??= now;
  lane.silent.delete(ticket);
  const passed = score <= lane.admittedTo && !lane.ready.has(ticket);
  if (passed && ticket.lateStrikes !== ticket.strikes)
    Object.assign(ticket, { lateStrikes: ticket.strikes, lateSince: now });
  const again = Math.min(180_000, Math.max(5000, (now - ticket.since) / 2));
  (passed ? lane.late : lane.ready).set(ticket, now + again + 10_000);
  return { state: passed ? 'late' : 'ready', againMs: Math.floor(again) };
}

/** Gives up the place or ends the session. */
export function leave(m: Model, id: string, now: number): void {
  const ticket = m.tickets.get(id);
  const held = m.live.get(id);
  const inside = held !== undefined && held.until > now;
  if (ticket === undefined || (!inside && m.spent.has(id))) return;
  const call = callOf(ticket);
  if (call !== undefined && !ticket.counted && !inside) call.count--;
  ticket.lane.waiting = ticket.lane.waiting.filter((other) => other !== ticket);
  ticket.lane.ready.delete(ticket);
  ticket.lane.late.delete(ticket);
  ticket.lane.silent.delete(ticket);
  if (m.live.delete(id)) m.freed++;
  m.spent.add(id);
}

/** Postgres has the tick: keys count, with a whole window if that took longer than a tick, and the windows of new calls begin. */
export function commit(m: Model, now: number): void {
  for (const held of m.live.values())
    if (held.key && held.tick === m.tick && now - m.at >= TICK) held.until = now + m.settings.claimMs;
  m.committed = m.tick;
  for (const lane of m.lanes) {
    for (const call of lane.calls) call.at ??= openClock(m, now);
    for (const near of lane.near) near.knownAt ??= now + near.knownAfter;
  }
}

/** One tick; null when this period is already done. The caller sees to it that the one before is committed. */
export function tick(m: Model, now: number): string[] | null {
  const period = Math.floor(now / TICK);
  if (period <= m.tick) return null;
  const elapsed = Math.max(1, now - m.at);
  m.openMs = openClock(m, now);
  Object.assign(m, { tick: period, at: now });
  const opening = !m.opened && (m.settings.opensAt === null || now >= m.settings.opensAt);
  m.opened ||= opening;
  expire(m, now);
  m.turnover += (m.freed / elapsed - m.turnover) * (1 - Math.exp(-elapsed / 30_000));
  m.freed = 0;
  const allowance = allow(m, now, elapsed);
  const admitted = admitByTurns(m, allowance);
  for (const id of admitted) m.live.set(id, { until: now + m.settings.claimMs, key: true, tick: period });
  m.pace -= admitted.length * MINUTE;
  if (admitted.length > 0) m.ring.push({ at: now, count: admitted.length });
  if (m.opened && !m.settings.paused) callMore(m, now, opening);
  return admitted;
}

function expire(m: Model, now: number): void {
  for (const [id, held] of m.live) {
    if (held.until > now) continue;
    m.live.delete(id);
    m.freed++;
    const ticket = m.tickets.get(id);
    if (held.key && ticket !== undefined && ++ticket.strikes > 1) m.spent.add(id);
  }
  for (const lane of m.lanes) skipSilent(m, lane, now);
}

/** The silent stand in no line until they answer again; soon nothing is known of them but late times and strikes. */
function skipSilent(m: Model, lane: Lane, now: number): void {
  const running = m.opened && !m.settings.paused;
  for (const [ticket, due] of lane.silent) {
    if (due >= now) continue;
    if (running) forget(lane, ticket);
    else lane.silent.set(ticket, now + 30_000);
  }
  for (const line of [lane.ready, lane.late])
    for (const [ticket, due] of line) {
      // An answer may come to the end of its second.
      if (Math.floor(due / 1000) >= Math.floor(now / 1000)) continue;
      line.delete(ticket);
      const known = ticket.lateSince !== undefined || ticket.strikes > 0;
      if (known) continue;
      if (running && lane.calls.length === 0) forget(lane, ticket);
      else lane.silent.set(ticket, now + 30_000);
    }
}

function forget(lane: Lane, ticket: Ticket): void {
  lane.silent.delete(ticket);
  ticket.counted = false;
  delete ticket.since;
}

function allow(m: Model, now: number, elapsed: number): number {
  const { rate, capacity, paused } = m.settings;
  m.ring = m.ring.filter((entry) => entry.at > now - MINUTE);
  if (!m.opened || paused) return 0;
  m.pace = Math.min(m.pace, Math.max(MINUTE, rate * TICK)) + rate * Math.min(elapsed, 3000);
  const lastMinute = m.ring.reduce((total, entry) => total + entry.count, 0);
  return Math.max(0, Math.min(Math.floor(m.pace / MINUTE), rate - lastMinute, capacity - m.live.size));
}

function admitByTurns(m: Model, allowance: number): string[] {
  const present = m.lanes.filter((lane) => lane.ready.size + lane.late.size > 0);
  const weights = present.reduce((total, lane) => total + lane.weight, 0);
  const lines = new Map<Lane, { punctual: Ticket[]; behind: Ticket[] }>();
  for (const lane of m.lanes) {
    closeCalls(lane, m.openMs);
    const gate = lane.calls[0]?.from ?? Infinity;
    const punctual = [...lane.ready.keys()].filter((ticket) => ticket.score <= gate).toSorted(byScore);
    lines.set(lane, { punctual, behind: [...lane.late.keys()].toSorted(byLateTime) });
  }
  for (const lane of present)
    lane.lateCredit = Math.min(lane.lateCredit, 1) + (0.2 * allowance * lane.weight) / weights;
  const admitted: string[] = [];
  while (admitted.length < allowance) {
    const able = present.filter((lane) => {
      const line = lines.get(lane);
      if (line === undefined) return false;
      return line.punctual.length > 0 || (line.behind.length > 0 && (lane.ready.size === 0 || lane.lateCredit >= 1));
    });
    if (able.length === 0) break;
    for (const lane of able) lane.turn += lane.weight;
    const chosen = able.reduce((best, lane) => (lane.turn > best.turn ? lane : best));
    chosen.turn -= able.reduce((total, lane) => total + lane.weight, 0);
    admitted.push(takeFrom(chosen, lines.get(chosen) ?? { punctual: [], behind: [] }));
  }
  return admitted;
}

function closeCalls(lane: Lane, clock: number): void {
  for (const call of lane.calls.filter((candidate) => !isOpen(candidate, clock)))
    if (call.count > 0) lane.show += (call.answered / call.count - lane.show) * (call.count / (call.count + 128));
  lane.calls = lane.calls.filter((call) => isOpen(call, clock));
}

function takeFrom(lane: Lane, { punctual, behind }: { punctual: Ticket[]; behind: Ticket[] }): string {
  const late = behind.length > 0 && (lane.lateCredit >= 1 || punctual.length === 0);
  const ticket = (late ? behind : punctual).shift();
  if (ticket === undefined) throw new Error('an able lane has nobody');
  (late ? lane.late : lane.ready).delete(ticket);
  if (late) {
    lane.lateTo = Math.max(lane.lateTo, ticket.lateSince ?? 0);
    lane.lateCredit = Math.max(0, lane.lateCredit - 1);
  } else lane.admittedTo = ticket.score;
  return ticket.id;
}

function callMore(m: Model, now: number, opening: boolean): void {
  const { rate, capacity } = m.settings;
  const free = capacity - m.live.size + m.turnover * LOOKAHEAD;
  const supply = Math.max(0, Math.min((rate * LOOKAHEAD) / MINUTE, free));
  const inLine = m.lanes.filter((lane) => lane.waiting.length + lane.ready.size + lane.calls.length > 0);
  const weights = inLine.reduce((total, lane) => total + lane.weight, 0);
  for (const lane of m.lanes) {
    const share = inLine.includes(lane) ? (supply * lane.weight) / weights : supply;
    const show = Math.max(0.05, lane.show);
    callLane(lane, share, show, now);
    // In the script's order: what is a whole number may come out a hair above one in another.
    const reach = Math.max(256, Math.ceil(((share / LOOKAHEAD) * MINUTE) / show));
    const beyond = m.settings.method === 'random' ? 1 - DRAW_STEP : reach - lane.waiting.length;
    const open = firstOpenBase(lane, now, 0);
    const to = Math.min(lane.waiting[reach - 1]?.score ?? lane.counter + beyond, open - DRAW_STEP);
    if (to > lane.nearTo) {
      const uncallable = firstOpenBase(lane, now, ROUND_KNOWN);
      const amongEnded = uncallable !== open && lane.nearTo >= uncallable - DRAW_STEP && to < uncallable + 1;
      lane.nearTo = to;
      lane.near.push({ to, knownAfter: opening || amongEnded ? 6000 : 22_000, knownAt: null });
    }
    while (lane.near.length > 1 && (lane.near[1]?.knownAt ?? Infinity) <= now) lane.near.shift();
  }
}

function callLane(lane: Lane, share: number, show: number, now: number): void {
  const expected = lane.calls.reduce((total, call) => total + Math.max(0, call.count * show - call.answered), 0);
  const near = lane.near.findLast((step) => (step.knownAt ?? Infinity) <= now)?.to ?? -Infinity;
  const known = Math.min(near, firstOpenBase(lane, now, ROUND_KNOWN) - DRAW_STEP);
  const missing = Math.max(1, share) - lane.ready.size - expected;
  if (missing <= 0) return;
  const wanted = Math.max(64, Math.ceil(missing / show));
  const chosen = lane.waiting.slice(0, wanted).filter((ticket) => ticket.score <= known);
  const to = chosen.at(-1)?.score;
  if (to === undefined) return;
  lane.calls.push({ from: lane.calledTo, to, count: chosen.length, answered: 0, at: null });
  lane.waiting = lane.waiting.slice(chosen.length);
  lane.calledTo = to;
}
