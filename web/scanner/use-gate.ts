import { useEffect, useRef, useState } from 'preact/hooks';
import { keepGate, withContact, type GateState, type Verdict } from './gate-state.ts';
import { handIn, judgeScan, listIssuedAt, refreshGate, type Outcome } from './judge.ts';
import type { Line } from './line-words.ts';
import { signal } from './signal.ts';
import { verdictWords } from './verdict-words.ts';

/** How often keys and list are fetched, and what is pending handed in, ms. */
const REFRESH_MS = 15_000;
/** How long a code has to be out of the camera's sight before it is judged again, ms. */
const OUT_OF_SIGHT_MS = 4000;
/** Codes that are remembered for that. */
const MAX_SEEN = 50;

/** What the door's people see of the last scan, and when it was; `not_judged`: neither core nor a list could tell. */
export type Shown = ({ kind: 'judged' } & Verdict & { at: number }) | { kind: 'not_judged'; at: number };

/** A door at work: judges scans one after the other, keeps itself fresh, and hands in what it did alone. */
export function useGate(first: GateState, token: string, onRefused: (detail: string) => void) {
  const [gate, setGate] = useState(first);
  const [verdict, setVerdict] = useState<Shown | null>(null);
  const [line, setLine] = useState<Line | null>(null);
  const now = useRef(first);
  const isKept = useRef(true);
  const work = useRef<Promise<void>>(Promise.resolve());
  const seen = useRef(new Map<string, number>());

  const change = (next: GateState) => {
    now.current = next;
    setGate(next);
    isKept.current = keepGate(next);
  };
  /** One at a time: each sees the door as the one before left it. */
  const queue = (task: () => Promise<void>) => {
    work.current = work.current.then(task, task);
  };
  const follow = <T>(outcome: Outcome<T>, onDone: (value: T) => void) => {
    if (outcome.kind === 'done') onDone(outcome.value);
    if (outcome.kind === 'refused') onRefused(outcome.problem.detail);
  };
  /** Of when the list is, which takes a look at its signature. */
  const look = async () => {
    const listIssuedAtMs = await listIssuedAt(now.current);
    setLine({ listIssuedAtMs, isKept: isKept.current });
  };
  const touch = async (isReached: boolean) => {
    change(withContact(now.current, isReached, Date.now()));
    await look();
  };
  const refresh = () =>
    queue(async () => {
      await look();
      const fresh = await refreshGate(now.current);
      follow(fresh, change);
      if (fresh.kind === 'done') follow(await handIn(now.current, token), change);
      await touch(fresh.kind === 'done');
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
        change(withContact(judged.gate, !judged.verdict.isOffline, at));
        setVerdict({ kind: 'judged', at, ...judged.verdict });
        signal(verdictWords(judged.verdict).isGood);
      });
      if (outcome.kind === 'offline') onRefused('There is no network, and this phone has no list of tickets yet.');
    });
  };
  useRegularly(refresh);
  return { gate, verdict, line, scan, see };
}

/** Does it at once, again and again, and whenever the network goes or comes. */
function useRegularly(refresh: () => void): void {
  const latest = useRef(refresh);
  latest.current = refresh;
  useEffect(() => {
    const again = () => latest.current();
    again();
    const timer = setInterval(again, REFRESH_MS);
    for (const event of ['online', 'offline']) addEventListener(event, again);
    return () => {
      clearInterval(timer);
      for (const event of ['online', 'offline']) removeEventListener(event, again);
    };
  }, []);
}
