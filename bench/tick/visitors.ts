import { createSeededRandom } from '../../cli/crowd/seeded-random.ts';
import { answerCall } from '../../redis/room/answer.ts';
import { answerMany, MAX_ANSWERS } from '../../redis/room/answer-many.ts';
import type { TicketRef } from '../../redis/room/ticket-keys.ts';
import type { TickResult } from '../../redis/room/tick-room.ts';
import { LANE, type TickWorld } from './tick-world.ts';

/** Of the called never answer, fall silent after an answer, and never claim. */
const GHOSTS = 0.4;
const SILENT = 0.02;
const UNCLAIMED = 0.02;
const DAY_MS = 86_400_000;
const SEED = 11;

/** The visitors at the head of the line: they answer when called, say so again when asked to, and claim. */
export type Visitors = {
  /** Returns how many claimed. */
  afterTick(result: TickResult, nowMs: number): Promise<number>;
  /** The last score that was called. */
  calledTo(): number;
};

/** Who they are: `firstScore` is the first of the line that is left, `claims` whether anybody claims at all. */
export type Crowd = { room: string; claims: boolean; firstScore: number };

/** Everyone acts through the real scripts, right after the tick was committed. */
export function createVisitors(world: TickWorld, { room, claims, firstScore }: Crowd): Visitors {
  const { scripts } = world;
  const random = createSeededRandom(SEED);
  const due = new Map<string, { ticket: TicketRef; atMs: number }>();
  let calledTo = firstScore - 1;

  const answer = async (tickets: TicketRef[], nowMs: number): Promise<void> => {
    for (let from = 0; from < tickets.length; from += MAX_ANSWERS) {
      const some = tickets.slice(from, from + MAX_ANSWERS);
      const places = await answerMany(scripts, room, LANE, some);
      for (const [n, ticket] of some.entries()) {
        const againMs = places[n]?.againMs ?? null;
        if (againMs === null || random.chance(SILENT)) due.delete(ticket.ticketId);
        else due.set(ticket.ticketId, { ticket, atMs: nowMs + againMs });
      }
    }
  };
  return {
    async afterTick({ admitted, lanes }, nowMs) {
      const claiming = admitted.flatMap(({ id }) => {
        const ticket = due.get(id)?.ticket;
        due.delete(id);
        return !claims || ticket === undefined || random.chance(UNCLAIMED) ? [] : [answerCall(scripts, ticket, true)];
      });
      await Promise.all(claiming);
      const asked = [...due.values()].filter(({ atMs }) => atMs <= nowMs).map(({ ticket }) => ticket);
      const reached = Number(lanes[LANE]?.calledTo ?? 0);
      for (let score = calledTo + 1; score <= reached; score += 1) {
        if (random.chance(GHOSTS)) continue;
        asked.push({
          room,
          lane: LANE,
          ticketId: world.ticketAt(score),
          score: String(score),
          expMs: nowMs + DAY_MS,
        });
      }
      calledTo = Math.max(calledTo, reached);
      await answer(asked, nowMs);
      return claiming.length;
    },
    calledTo: () => calledTo,
  };
}
