import { OperatingError } from '../platform/operating-error.ts';
import type { Logger } from '../platform/log.ts';
import { answerMany, MAX_ANSWERS } from '../redis/room/answer-many.ts';
import type { PlaceFacts } from '../redis/room/place-reply.ts';
import type { ScriptClient } from '../redis/script-client.ts';
import { ticketOf, type Visitor } from './visitor.ts';

/**
 * How long `here`s are gathered, in ms. Those called by one tick answer within a moment of each other, and must reach Redis
 * before the next tick looks for whom it may admit.
 */
const GATHER_MS = 300;

/** Gathers the `here`s of a room: one script per lane for all of them, two tabs of a ticket counting once. */
export type HereBatch = { add(visitor: Visitor): void; forget(visitor: Visitor): void; stop(): void };

/** A batch that flushes itself `GATHER_MS` after its first `here`; never larger than the room's sockets. */
export function createHereBatch(room: string, client: ScriptClient, log: Logger, gatherMs = GATHER_MS): HereBatch {
  let waiting = new Set<Visitor>();
  let timer: NodeJS.Timeout | undefined;

  const flush = async (): Promise<void> => {
    timer = undefined;
    const batch = waiting;
    waiting = new Set();
    for (const [lane, all] of groupByLane(batch)) {
      const tickets = all.filter((tabs) => !isInOpenRound(tabs));
      for (const tabs of all) if (isInOpenRound(tabs)) tell(tabs, { type: 'place', state: 'waiting' });
      for (let start = 0; start < tickets.length; start += MAX_ANSWERS) {
        await answer(lane, tickets.slice(start, start + MAX_ANSWERS));
      }
    }
  };

  const answer = async (lane: string, tickets: Visitor[][]): Promise<void> => {
    try {
      const refs = tickets.flatMap(([first]) => (first === undefined ? [] : [ticketOf(first)]));
      const places = await answerMany(client, room, lane, refs);
      for (const [index, tabs] of tickets.entries()) {
        const place = places[index];
        if (place !== undefined) tell(tabs, toPlace(place));
      }
    } catch (error) {
      const code = error instanceof OperatingError ? error.code : 'internal';
      log.warn({ room, lane, code, err: error }, 'answers were not taken');
      for (const tabs of tickets) tell(tabs, { type: 'error', code });
    }
  };

  return {
    add(visitor) {
      waiting.add(visitor);
      timer ??= setTimeout(() => void flush(), gatherMs);
    },
    forget: (visitor) => void waiting.delete(visitor),
    stop: () => clearTimeout(timer),
  };
}

/** Nobody of a round is called while its draw is secret, and without a score there is nothing to ask the store. */
const isInOpenRound = ([first]: Visitor[]): boolean => first?.round !== undefined && first.score === undefined;

/** Lane → the tabs of each ticket. */
function groupByLane(visitors: Iterable<Visitor>): Map<string, Visitor[][]> {
  const byTicket = new Map<string, Visitor[]>();
  for (const visitor of visitors) {
    const tabs = byTicket.get(visitor.ticketId);
    if (tabs === undefined) byTicket.set(visitor.ticketId, [visitor]);
    else tabs.push(visitor);
  }
  const byLane = new Map<string, Visitor[][]>();
  for (const tabs of byTicket.values()) {
    const lane = tabs[0]?.lane ?? '';
    const tickets = byLane.get(lane);
    if (tickets === undefined) byLane.set(lane, [tabs]);
    else tickets.push(tabs);
  }
  return byLane;
}

function tell(tabs: Visitor[], message: object): void {
  for (const visitor of tabs) visitor.outbox.send(message);
}

/** The `place` message (API.md, Feed): unknown fields are left out. */
function toPlace(facts: PlaceFacts): object {
  return {
    type: 'place',
    state: facts.state,
    ...(facts.score === null ? {} : { score: facts.score }),
    ...(facts.lateAtMs === null ? {} : { lateAt: facts.lateAtMs }),
    ...(facts.againMs === null ? {} : { againMs: facts.againMs }),
  };
}
