import { useEffect, useRef, useState } from 'preact/hooks';
import { keepGate, type GateState, type Verdict } from './gate-state.ts';
import { handIn, judgeScan, listAge, refreshGate, type Outcome } from './judge.ts';
import { signal } from './signal.ts';
import { verdictWords } from './verdict-words.ts';

/** How often keys and list are fetched, and what is pending handed in, ms. */
const REFRESH_MS = 15_000;
/** How long a code has to be out of the camera's sight before it is judged again, ms. */
const OUT_OF_SIGHT_MS = 4000;
/** Codes that are remembered for that. */
const MAX_SEEN = 50;

export type Line = { isOnline: boolean; listAgeMs: number | null; isKept: boolean };

/** A door at work: judges scans one after the other, keeps itself fresh, and hands in what it did alone. */
export function useGate(first: GateState, token: string, onRefused: (detail: string) => void) {
  const [gate, setGate] = useState(first);
  const [verdict, setVerdict] = useState<(Verdict & { at: number }) | null>(null);
  const [line, setLine] = useState<Line>({ isOnline: true, listAgeMs: null, isKept: true });
  const now = useRef(first);
  const work = useRef<Promise<void>>(Promise.resolve());
  const seen = useRef(new Map<string, number>());

  const change = (next: GateState) => {
    now.current = next;
    setGate(next);
    const isKept = keepGate(next);
    setLine((old) => ({ ...old, isKept }));
  };
  /** One at a time: each sees the door as the one before left it. */
  const queue = (task: () => Promise<void>) => {
    work.current = work.current.then(task, task);
  };
  const follow = <T>(outcome: Outcome<T>, onDone: (value: T) => void) => {
    if (outcome.kind === 'done') onDone(outcome.value);
    if (outcome.kind === 'refused') onRefused(outcome.problem.detail);
  };
  const refresh = () =>
    queue(async () => {
      const fresh = await refreshGate(now.current);
      follow(fresh, change);
      if (fresh.kind === 'done') follow(await handIn(now.current, token), change);
      const age = await listAge(now.current);
      setLine((old) => ({ ...old, isOnline: fresh.kind === 'done', listAgeMs: age }));
    });
  /** What the camera sees it sees many times a second, and it is one visit. */
  const see = (code: string) => {
    const [at, last] = [Date.now(), seen.current.get(code)];
    if (seen.current.size >= MAX_SEEN) seen.current.clear();
    seen.current.set(code, at);
    if (last === undefined || at - last >= OUT_OF_SIGHT_MS) scan(code);
  };
  const scan = (code: string) => {
    const at = Date.now();
    queue(async () => {
      const outcome = await judgeScan(now.current, token, code);
      follow(outcome, (judged) => {
        change(judged.gate);
        setVerdict({ ...judged.verdict, at });
        signal(verdictWords(judged.verdict).isGood);
        setLine((old) => ({ ...old, isOnline: !judged.verdict.isOffline }));
      });
      if (outcome.kind === 'offline') onRefused('There is no network, and this phone has no list of tickets yet.');
    });
  };
  const latest = useRef(refresh);
  latest.current = refresh;
  useEffect(() => {
    const again = () => latest.current();
    again();
    const timer = setInterval(again, REFRESH_MS);
    addEventListener('online', again);
    return () => {
      clearInterval(timer);
      removeEventListener('online', again);
    };
  }, []);
  return { gate, verdict, line, scan, see };
}
