import { useEffect, useRef, useState } from 'preact/hooks';
import type { WebhookView } from '../../contracts/webhooks.ts';

/** The answer that tells a secret, once. */
export type WebhookSecret = WebhookView & { secret: string; previousUntil: string | null };

/** A secret, to be copied now: it is not shown again. It takes the focus, so that nobody overlooks it. */
export function ToldSecret({ told, onKept }: { told: WebhookSecret; onKept: () => void }) {
  const { url, secret, previousUntil } = told;
  const [isCopied, setCopied] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(secret);
      setCopied(true);
    } catch {
      // A browser without a clipboard for us: the text can be selected.
      setCopied(false);
    }
  };
  return (
    <section class="notice notice-info stack" aria-labelledby="secret-title">
      <h2 id="secret-title" ref={heading} tabIndex={-1}>
        The secret of this endpoint
      </h2>
      <p class="wrap-anywhere">
        {url} checks signatures by it (Standard Webhooks). Copy it now; it is not shown again.
      </p>
      <p>
        <code class="secret wrap-anywhere">{secret}</code>
      </p>
      {previousUntil !== null && (
        <p class="small">
          The one before signs too until{' '}
          <time dateTime={previousUntil}>{new Date(previousUntil).toLocaleString()}</time>.
        </p>
      )}
      <div class="button-row">
        <button type="button" class="button" onClick={() => void copy()}>
          Copy it
        </button>
        <button type="button" class="button button-primary" onClick={onKept}>
          I have kept it
        </button>
        <span role="status">{isCopied ? 'Copied.' : ''}</span>
      </div>
    </section>
  );
}
