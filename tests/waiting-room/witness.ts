import type { Round } from '../../contracts/rounds.ts';
import type { Settings } from './model.ts';

const WINDOW_MS = 6000;
const TICK_MS = 1000;
const MINUTE_MS = 60_000;

/**
 * Watches a room from outside and throws at the first broken promise (DESIGN §9.1-3). It trusts no counter of the room: it
 * counts who entered by the ids it was told, and judges answers by when a call became visible.
 */
export function createWitness() {
  const entered: { id: string; at: number }[] = [];
  const shownTo = new Map<string, { to: number; openAt: number }[]>();
  /** Answered inside the window and not silent since: nobody behind them may enter first. */
  const punctual = new Map<string, { lane: string; score: number; due: number }>();
  /** Answered inside the window, then silent: whoever came after them may have passed them since. */
  const lapsed = new Set<string>();
  /** May be missing from an older copy of the index: a call can close without them until they add themselves again. */
  const unsure = new Set<string>();
  /** May have joined after a copy that went on unnoticed: a call does not count them, but their answers count as answers to it. */
  const uncounted = new Set<string>();
  const sessions = new Map<string, 'inside' | 'over'>();
  const sessionEnds = new Map<string, number>();
  const places = new Map<string, string>();
  /** Rounds that may not be over, by ticket. */
  const rounds = new Map<string, { lane: string; base: number; endsAt: number }>();
  /** Ends that no committed tick has written down: a loss undoes them. */
  const fresh = new Set<string>();
  /** Highest score admitted, by lane; and as it was at the last loss: who is below may be late by right. */
  const admittedTo = new Map<string, number>();
  const passedAtLoss = new Map<string, number>();
  let rolledBack = false;

  return {
    entered,
    sawPlace(id: string, score: string | null) {
      if (score === null) return;
      const known = places.get(id);
      if (known !== undefined && known !== score) throw new Error(`${id} has two places: ${known} and ${score}`);
      unsure.delete(id);
      if (known !== undefined) return;
      if (!rolledBack)
        for (const [other, taken] of places)
          if (laneOf(other) === laneOf(id) && taken === score)
            throw new Error(`${id} and ${other} share the place ${score}`);
      places.set(id, score);
    },
    sawRound(id: string, lane: string, { minute, base }: Round) {
      rounds.set(id, { lane, base, endsAt: (minute + 1) * MINUTE_MS });
    },
    /** A lane was called up to a score: nobody in a round that is not over may be among them. */
    sawCalled(lane: string, calledTo: number, at: number) {
      for (const [id, round] of rounds) {
        if (at >= round.endsAt) rounds.delete(id);
        else if (round.lane === lane && calledTo >= round.base)
          throw new Error(`${id} was called ${round.endsAt - at} ms before the end of the round`);
      }
    },
    /** The board of a committed tick is out. `openAt` is the clock of open time. */
    sawBoard(lane: string, calledTo: number, openAt: number) {
      fresh.clear();
      const shown = shownTo.get(lane) ?? [];
      if (shown.at(-1)?.to !== calledTo) shown.push({ to: calledTo, openAt });
      shownTo.set(lane, shown);
    },
    sawAnswer({ id, lane, score, state, at, openAt, againMs, untilMs }: SeenAnswer) {
      if (state === 'active') {
        const end = sessionEnds.get(id) ?? untilMs ?? 0;
        if (!rolledBack && end !== untilMs) throw new Error(`${id} came in again: its session ended at ${end}`);
        sessionEnds.set(id, end);
        if (sessions.get(id) === 'over') throw new Error(`${id} came in again after its session`);
        sessions.set(id, 'inside');
      }
      // Who holds a key that is not yet committed is told to wait a tick: admitted already, so nobody overtakes them.
      if ((state !== 'ready' && state !== 'late') || againMs === TICK_MS) return;
      const known = punctual.get(id);
      const call = shownTo.get(lane)?.find((shown) => shown.to >= score);
      const inTime = call !== undefined && openAt - call.openAt < WINDOW_MS;
      const excused =
        lapsed.has(id) ||
        unsure.has(id) ||
        entered.some((entry) => entry.id === id) ||
        [...uncounted].some((other) => call !== undefined && callOf(other, lane) === call);
      const passed = excused || score <= (passedAtLoss.get(lane) ?? 0);
      if (state === 'late' && (known !== undefined || (inTime && !passed)))
        throw new Error(`${id} answered in time and was sent to the late line`);
      if (state === 'ready' && (known !== undefined || inTime))
        punctual.set(id, { lane, score, due: at + (againMs ?? 0) + 10_000 });
      if (state === 'ready') lapsed.delete(id);
    },
    sawEnd(id: string) {
      punctual.delete(id);
      if (sessions.get(id) !== 'inside') return;
      sessions.set(id, 'over');
      fresh.add(id);
    },
    /** Somebody was let in, or nobody: called after each tick that ran. */
    sawTick(
      admitted: { id: string; lane: string; score: string; late: boolean }[],
      at: number,
      live: number,
      settings: Settings,
    ) {
      for (const [id, answer] of punctual) if (answer.due < at && punctual.delete(id)) lapsed.add(id);
      for (const { id, lane, score, late } of admitted) {
        if (!late) admittedTo.set(lane, Math.max(admittedTo.get(lane) ?? 0, Number(score)));
        punctual.delete(id);
        entered.push({ id, at });
      }
      if (admitted.length === 0) return;
      // Late visitors have shares of their own; their number here is a time.
      for (const { id, lane, score } of admitted.filter(({ late }) => !late))
        for (const [other, answer] of punctual)
          if (answer.lane === lane && answer.score < Number(score)) throw new Error(`${other} was overtaken by ${id}`);
      if (live > settings.capacity) throw new Error(`${live} inside, ${settings.capacity} allowed`);
      const minute = entered.filter((entry) => entry.at > at - MINUTE_MS).length;
      if (minute > settings.rate) throw new Error(`${minute} came in within a minute, ${settings.rate} allowed`);
    },
    /**
     * Redis lost what it knew: who was ready answers again, inside a window that begins anew for all who were called. Admissions of
     * a tick that nobody committed never happened.
     */
    sawLoss(uncommitted: string[], copied: boolean) {
      // A copy of the same second is no older by its tick: numbers given out since are given out again, and ties go by id.
      rolledBack = true;
      for (const id of fresh) sessions.set(id, 'inside');
      for (const id of uncommitted)
        entered.splice(
          entered.findLastIndex((entry) => entry.id === id),
          1,
        );
      for (const [lane, score] of admittedTo) passedAtLoss.set(lane, score);
      // In a copy younger than a tick nobody's window begins anew, and answers may be missing: nothing is promised to the called.
      if (copied)
        for (const [lane, shown] of shownTo) passedAtLoss.set(lane, Math.max(0, ...shown.map(({ to }) => to)));
      // Nor does it know of a round that began since; who was drawn in it adds it again with the ticket.
      if (copied) rounds.clear();
      if (copied) for (const id of places.keys()) unsure.add(id);
      punctual.clear();
      lapsed.clear();
      for (const shown of shownTo.values()) shown.splice(0, shown.length);
    },
    /**
     * The copy was so young that no tick was missing, and nothing told that it was another Redis (admission-worker/redis-judge.ts does):
     * it goes on as it is.
     */
    sawCopyGoOn() {
      for (const id of places.keys()) uncounted.add(id);
    },
  };

  /** The call that covers a ticket of a lane. */
  function callOf(id: string, lane: string) {
    const score = Number(places.get(id));
    return laneOf(id) === lane ? shownTo.get(lane)?.find((shown) => shown.to >= score) : undefined;
  }
}
/** One answer as the room gave it; times in ms, `openAt` by the clock of open time. */
type SeenAnswer = {
  id: string;
  lane: string;
  score: number;
  state: string;
  at: number;
  openAt: number;
  againMs: number | null;
  untilMs: number | null;
};

/** Ids of the test begin with their lane. */
const laneOf = (id: string): string | undefined => id.split('/')[0];

export type Witness = ReturnType<typeof createWitness>;
