import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { HoldRequest, HoldView } from '../../contracts/holds.ts';
import { callApi, newIdempotencyKey, type Answer, type ApiProblem } from '../shared/api-client.ts';
import { deadlineOf, type Deadline } from '../shared/countdown.tsx';
import { useAttemptKey } from '../shared/use-attempt-key.ts';
import { forgetHold, keepHold, keptHold } from './kept-tokens.ts';
import { isOutside } from './refusal.tsx';
import { holdItems, type SelectionLine } from './selection.ts';
import type { Legs } from './stops-picker.tsx';

export type HoldActions = {
  /** Asks for the lines; answers the seats that others have, or null when nothing was lost. */
  place: (lines: readonly SelectionLine[]) => Promise<string[] | null>;
  extend: () => Promise<void>;
  release: () => Promise<void>;
  /** The countdown is over, or the booking has taken the hold. */
  drop: (problem?: ApiProblem) => void;
};

export type Holding = HoldActions & {
  hold: HoldView | null;
  deadline: Deadline;
  problem: ApiProblem | null;
  isBusy: boolean;
  wasOutside: () => boolean;
};

const HOLDS = '/api/core/v1/holds';

/** The visitor's hold in one performance: placed, kept over a reload, extended, released. */
// oxlint-disable-next-line max-lines-per-function -- one closure: all its parts share what it remembers
export function useHold(performanceId: string, room: string, legs: Legs | null): Holding {
  const [hold, setHold] = useState<HoldView | null>(null);
  const [deadline, setDeadline] = useState<Deadline>(0);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const [isBusy, setBusy] = useState(false);
  const lastProblem = useRef<ApiProblem | null>(null);
  const { keyFor, forget } = useAttemptKey();
  const headers = { 'onsale-room': room };

  const take = useCallback((view: HoldView) => {
    keepHold(view);
    setHold(view);
    setDeadline(deadlineOf(view.now, view.expiresAt));
  }, []);
  const drop = useCallback(
    (why?: ApiProblem) => {
      forgetHold(performanceId);
      setHold(null);
      setProblem(why ?? null);
    },
    [performanceId],
  );
  const settle = (answer: Answer<unknown>): void => {
    lastProblem.current = answer.ok ? null : answer.problem;
    setProblem(lastProblem.current);
    setBusy(false);
  };

  useEffect(() => {
    const kept = keptHold(performanceId);
    if (kept === null) return;
    void callApi<HoldView>(`${HOLDS}/${kept.holdId}`, { token: kept.receipt }).then((answer) => {
      if (answer.ok) take({ ...answer.data, receipt: answer.data.receipt ?? kept.receipt });
      else if (answer.problem.status >= 400 && answer.problem.status < 500) forgetHold(performanceId);
    });
  }, [performanceId, take]);

  return {
    hold,
    deadline,
    problem,
    isBusy,
    drop,
    wasOutside: () => lastProblem.current !== null && isOutside(lastProblem.current),
    async place(lines) {
      setBusy(true);
      const body: HoldRequest = { performanceId, items: holdItems(lines), ...(legs === null ? {} : { legs }) };
      // The same wish tried again keeps its key, so that a lost answer costs no second hold.
      const answer = await callApi<HoldView>(HOLDS, { method: 'POST', body, headers, idempotencyKey: keyFor(body) });
      settle(answer);
      if (answer.ok || answer.problem.code !== 'network') forget();
      if (answer.ok) {
        take(answer.data);
        return null;
      }
      return answer.problem.code === 'seats_unavailable' ? seatsOf(answer.problem) : [];
    },
    async extend() {
      if (hold === null) return;
      setBusy(true);
      const path = `${HOLDS}/${hold.holdId}/extend`;
      const body = { receipt: hold.receipt };
      const answer = await callApi<HoldView>(path, {
        method: 'POST',
        body,
        headers,
        idempotencyKey: newIdempotencyKey(),
      });
      settle(answer);
      if (answer.ok) take(answer.data);
    },
    async release() {
      if (hold === null) return;
      setBusy(true);
      const answer = await callApi(`${HOLDS}/${hold.holdId}`, { method: 'DELETE', token: hold.receipt });
      settle(answer);
      if (answer.ok || answer.problem.status === 404) drop();
    },
  };
}

/** The seats a `seats_unavailable` names, by id. */
function seatsOf(problem: ApiProblem): string[] {
  const seats: unknown = problem.document['seats'];
  return Array.isArray(seats) ? seats.filter((seat) => typeof seat === 'string') : [];
}
