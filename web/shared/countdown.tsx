import { useEffect, useRef, useState } from 'preact/hooks';
import { formatRemaining } from './format.ts';

/** A deadline on this device's monotonic clock, so that a wrong clock or a clock change moves no countdown. */
export type Deadline = number;

/** A deadline from the server's `now` and end, as they stood in one answer that has just come. */
export const deadlineOf = (nowIso: string, endIso: string, monotonicMs = performance.now()): Deadline =>
  monotonicMs + Math.max(0, Date.parse(endIso) - Date.parse(nowIso));

/** What a screen reader is told: silence, except when a minute, half a minute and nothing are left. */
export function announcementAt(leftMs: number, what: string): string {
  if (leftMs <= 0) return `${what} is over.`;
  if (leftMs <= 30_000) return `${what}: 30 seconds left.`;
  return leftMs <= 60_000 ? `${what}: one minute left.` : '';
}

export type CountdownProps = { deadline: Deadline; label: string; onEnd?: () => void };

/** Shows the time left, once a second, and calls `onEnd` once when there is none. */
export function Countdown({ deadline, label, onEnd }: CountdownProps) {
  const [leftMs, setLeftMs] = useState(() => deadline - performance.now());
  const ended = useRef(false);
  useEffect(() => {
    ended.current = false;
    const look = () => {
      const left = deadline - performance.now();
      setLeftMs(left);
      if (left > 0 || ended.current) return;
      ended.current = true;
      onEnd?.();
    };
    look();
    const timer = setInterval(look, 500);
    return () => clearInterval(timer);
  }, [deadline, onEnd]);
  return (
    <span class={leftMs <= 60_000 ? 'countdown countdown-short' : 'countdown'}>
      {label} <strong role="timer">{formatRemaining(leftMs)}</strong>
      <span class="visually-hidden" aria-live="assertive">
        {announcementAt(leftMs, label)}
      </span>
    </span>
  );
}
