import type { ComponentChildren } from 'preact';
import type { ApiProblem } from './api-client.ts';

/** One message to the visitor; `error` and `warning` interrupt a screen reader, `info` and `good` wait. */
export function Notice({
  kind,
  children,
}: {
  kind: 'info' | 'good' | 'warning' | 'error';
  children: ComponentChildren;
}) {
  const urgent = kind === 'error' || kind === 'warning';
  return (
    <div class={`notice notice-${kind}`} role={urgent ? 'alert' : 'status'}>
      {children}
    </div>
  );
}

/** A failed load with the way to try it again. */
export function LoadError({ problem, onRetry }: { problem: ApiProblem; onRetry: () => void }) {
  return (
    <Notice kind="error">
      <p>{problem.detail}</p>
      <button type="button" class="button" onClick={onRetry}>
        Try again
      </button>
    </Notice>
  );
}

/** Says that something is being fetched; quiet for a moment, so that fast answers don't flicker. */
export function Loading({ what }: { what: string }) {
  return (
    <p class="loading" role="status">
      Loading {what}…
    </p>
  );
}
