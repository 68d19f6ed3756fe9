import type { WebhookView } from '../../contracts/webhooks.ts';
import { ConfirmButton } from '../shared/confirm-button.tsx';

export type WebhookOrder = 'pause' | 'resume' | 'rotate' | 'test' | 'delete';

/** One endpoint: whether it is told, of what, and how that went last; with what can be done about it. */
export function WebhookCard({ endpoint, onOrder }: { endpoint: WebhookView; onOrder: (what: WebhookOrder) => void }) {
  const { url, events, enabled } = endpoint;
  return (
    <li class="card">
      <h2 class="wrap-anywhere endpoint-url">{url}</h2>
      <p>
        <span class={enabled ? 'state state-open' : 'state state-paused'}>{enabled ? 'told' : 'paused'}</span>{' '}
        <span class="quiet">{events.join(', ')}</span>
      </p>
      <LastTries endpoint={endpoint} />
      <div class="button-row">
        <button type="button" class="button" disabled={!enabled} onClick={() => onOrder('test')}>
          Send a test event
        </button>
        <button type="button" class="button" onClick={() => onOrder(enabled ? 'pause' : 'resume')}>
          {enabled ? 'Pause' : 'Resume'}
        </button>
        <ConfirmButton
          label="New secret"
          question={`Make a new secret for ${url}? The old one goes on signing beside it for a day.`}
          confirmLabel="Make a new secret"
          onConfirm={() => onOrder('rotate')}
        />
        <ConfirmButton
          label="Delete"
          question={`Delete ${url}? What is still to be sent there is dropped.`}
          confirmLabel="Delete the endpoint"
          danger
          onConfirm={() => onOrder('delete')}
        />
      </div>
    </li>
  );
}

function LastTries({ endpoint: { lastDeliveredAt, lastFailedAt, lastError } }: { endpoint: WebhookView }) {
  const time = (at: string) => <time dateTime={at}>{new Date(at).toLocaleString()}</time>;
  const isFailing = lastFailedAt !== null && (lastDeliveredAt === null || lastFailedAt > lastDeliveredAt);
  return (
    <>
      <p class="quiet small">
        {lastDeliveredAt === null ? 'Nothing was delivered yet.' : <>Last delivered {time(lastDeliveredAt)}</>}
      </p>
      {isFailing && (
        <p class="field-error small wrap-anywhere endpoint-error">
          Failed {time(lastFailedAt)}: {lastError ?? 'no reason was noted'}
        </p>
      )}
    </>
  );
}
