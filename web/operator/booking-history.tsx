import { useState } from 'preact/hooks';
import { Loading, LoadError, Notice } from '../shared/notice.tsx';
import { TextField } from '../shared/text-field.tsx';
import { bookingHash } from './console-view.ts';
import { OPERATOR_API, useFollowed } from './use-operator.ts';

const EVERY_MS = 5000;

/** One line of a booking's history, as `GET operator/bookings/{id}/history` answers it. */
type HistoryLine = { at: string; actor: string; action: string; version: number; details: Record<string, unknown> };

/** Finds a booking by its id. */
export function BookingForm({ id }: { id: string | null }) {
  const [text, setText] = useState(id ?? '');
  const submit = (event: Event) => {
    event.preventDefault();
    location.hash = bookingHash(text.trim());
  };
  return (
    <form class="card" noValidate aria-label="Booking" onSubmit={submit}>
      <TextField
        name="booking"
        label="Booking id"
        hint="As it stands in the buyer’s address and in the export."
        value={text}
        error={null}
        onInput={setText}
      />
      <button type="submit" class="button button-primary">
        Show its history
      </button>
    </form>
  );
}

/** Who did what to one booking, the first thing first. */
export function BookingHistory({ id, token, onRefused }: { id: string; token: string; onRefused: () => void }) {
  const path = `${OPERATOR_API}/bookings/${encodeURIComponent(id)}/history`;
  const { data, problem, refresh } = useFollowed<{ items: HistoryLine[] }>(path, token, EVERY_MS, onRefused);
  if (data === null) {
    if (problem === null) return <Loading what="the history" />;
    if (problem.status === 404) return <Notice kind="error">There is no booking “{id}”.</Notice>;
    return <LoadError problem={problem} onRetry={refresh} />;
  }
  return (
    <section class="card" aria-labelledby="history-title">
      <h2 id="history-title">What happened to it</h2>
      <ol class="audit">
        {data.items.map((line) => (
          <li key={`${line.at} ${line.action}`}>
            <span>{describeLine(line)}</span>
            <span class="quiet small wrap-anywhere">
              {line.actor} · <time dateTime={line.at}>{new Date(line.at).toLocaleString()}</time>
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** What was done, with its details. Pure. */
export function describeLine({ action, details }: Pick<HistoryLine, 'action' | 'details'>): string {
  const told = Object.entries(details).map(([name, value]) => `${name} ${String(value)}`);
  return [action.replaceAll('_', ' '), ...told].join(', ');
}
