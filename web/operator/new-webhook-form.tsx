import { useState } from 'preact/hooks';
import { WEBHOOK_EVENTS } from '../../contracts/webhooks.ts';
import { callApi, newIdempotencyKey } from '../shared/api-client.ts';
import { Notice } from '../shared/notice.tsx';
import { TextField } from '../shared/text-field.tsx';
import type { WebhookSecret } from './told-secret.tsx';

type Props = { path: string; token: string; onAdded: (added: WebhookSecret) => void };

/** Adds an endpoint; the answer tells its secret. */
export function NewWebhookForm({ path, token, onAdded }: Props) {
  const [url, setUrl] = useState('');
  const [events, setEvents] = useState<readonly string[]>(WEBHOOK_EVENTS);
  const [refusal, setRefusal] = useState<{ url?: string; events?: string; detail?: string }>({});
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    // A second Enter would add it twice, and its first secret would never be seen.
    if (isBusy) return;
    setBusy(true);
    const body = { url: url.trim(), events };
    const call = { method: 'POST', body, token, idempotencyKey: newIdempotencyKey() } as const;
    const answer = await callApi<WebhookSecret>(path, call);
    setBusy(false);
    if (!answer.ok) {
      const { errors, detail } = answer.problem;
      const of = (name: string) => errors.find((error) => error.path.startsWith(name))?.message;
      const beside = { url: of('url'), events: of('events') };
      setRefusal({
        ...(beside.url === undefined ? {} : { url: beside.url }),
        ...(beside.events === undefined ? {} : { events: beside.events }),
        ...(errors.length === 0 ? { detail } : {}),
      });
      return;
    }
    setUrl('');
    setRefusal({});
    onAdded(answer.data);
  };
  return (
    <details class="card">
      <summary>New endpoint</summary>
      <form noValidate aria-label="New endpoint" onSubmit={(event) => void submit(event)}>
        <TextField
          name="url"
          label="Address"
          hint="https, and nothing inside this network."
          value={url}
          error={refusal.url ?? null}
          onInput={setUrl}
        />
        <EventChoice chosen={events} error={refusal.events ?? null} onChange={setEvents} />
        {refusal.detail !== undefined && <Notice kind="error">{refusal.detail}</Notice>}
        <button type="submit" class="button button-primary" disabled={isBusy}>
          Add the endpoint
        </button>
      </form>
    </details>
  );
}

type ChoiceProps = { chosen: readonly string[]; error: string | null; onChange: (chosen: readonly string[]) => void };

function EventChoice({ chosen, error, onChange }: ChoiceProps) {
  const toggle = (event: string) => onChange(WEBHOOK_EVENTS.filter((one) => (one === event) !== chosen.includes(one)));
  return (
    <fieldset class="settings-group" {...(error === null ? {} : { 'aria-describedby': 'events-error' })}>
      <legend>It is told of</legend>
      {WEBHOOK_EVENTS.map((event) => (
        <label key={event} class="check">
          <input type="checkbox" checked={chosen.includes(event)} onChange={() => toggle(event)} /> {event}
        </label>
      ))}
      {error !== null && (
        <p id="events-error" class="field-error">
          {error}
        </p>
      )}
    </fieldset>
  );
}
