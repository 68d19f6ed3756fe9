import { useRef, useState } from 'preact/hooks';
import type { OperatorSeatMapView } from '../../../contracts/seat-map-import.ts';
import { newIdempotencyKey } from '../../shared/api-client.ts';
import { formatCount } from '../../shared/format.ts';
import { Notice } from '../../shared/notice.tsx';
import { TextField } from '../../shared/text-field.tsx';
import { OPERATOR_API, useFollowed } from '../use-operator.ts';
import type { Page } from '../use-more-pages.ts';
import { PagedList } from './paged-list.tsx';
import { sendSeatMap, type SeatMapOutcome } from './send-seat-map.ts';

const EVERY_MS = 10_000;
const PATH = `${OPERATOR_API}/seat-maps`;
type Listed = Pick<OperatorSeatMapView, 'id' | 'seatCount' | 'currency'>;

/** The seat maps that there are, and a file to bring another: looked at first, written when it is right. */
export function SeatMapsCard({ token, onRefused }: { token: string; onRefused: () => void }) {
  const maps = useFollowed<Page<Listed>>(PATH, token, EVERY_MS, onRefused);
  return (
    <>
      <div class="card">
        <h2>Seat maps</h2>
        <PagedList
          first={maps}
          path={PATH}
          token={token}
          what="seat maps"
          emptyText="There are no seat maps yet."
          render={({ id, seatCount }) => (
            <>
              {id} <span class="quiet">{seatCount === 1 ? 'one seat' : `${formatCount(seatCount)} seats`}</span>
            </>
          )}
        />
      </div>
      <ImportForm token={token} onImported={() => maps.refresh()} />
    </>
  );
}

function ImportForm({ token, onImported }: { token: string; onImported: () => void }) {
  const file = useRef<HTMLInputElement>(null);
  const [id, setId] = useState('');
  const [busy, setBusy] = useState<string | null>(null);
  const [outcome, setOutcome] = useState<SeatMapOutcome | null>(null);
  const send = async (isDryRun: boolean) => {
    const chosen = file.current?.files?.[0];
    if (chosen === undefined) return setOutcome({ kind: 'refused', lines: ['Choose a file first.'] });
    setBusy(isDryRun ? 'Looking at the file…' : 'Writing the seat map…');
    setOutcome(null);
    const sent = await sendSeatMap({ file: chosen, id: id.trim(), isDryRun, token, key: newIdempotencyKey() });
    setBusy(null);
    setOutcome(sent);
    if (sent.kind === 'written') onImported();
    return undefined;
  };
  const submit = (event: Event) => {
    event.preventDefault();
    if (busy === null) void send(false);
  };
  return (
    <details class="card">
      <summary>Import a seat map</summary>
      <form noValidate aria-label="Import a seat map" onSubmit={submit}>
        <div class="field">
          <label class="field-label">
            JSON or CSV file
            <input ref={file} type="file" class="input" accept=".json,.csv,application/json,text/csv" />
          </label>
        </div>
        <TextField
          name="seat-map-id"
          label="Short name of the map"
          hint="A CSV file needs one; in JSON it stands in the file."
          value={id}
          error={null}
          onInput={setId}
        />
        <p role="status">{busy}</p>
        {outcome !== null && <Outcome outcome={outcome} />}
        <div class="button-row">
          <button type="button" class="button" disabled={busy !== null} onClick={() => void send(true)}>
            Look at it only
          </button>
          <button type="submit" class="button button-primary" disabled={busy !== null}>
            Import
          </button>
        </div>
      </form>
    </details>
  );
}

function Outcome({ outcome }: { outcome: SeatMapOutcome }) {
  if (outcome.kind === 'refused')
    return (
      <Notice kind="error">
        <p>Nothing was written:</p>
        <ul class="wrap-anywhere">
          {outcome.lines.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      </Notice>
    );
  const { map } = outcome;
  const zones = map.zones.map(({ name, capacity }) => `${name} (${formatCount(capacity)})`).join(', ');
  return (
    <Notice kind="good">
      {outcome.kind === 'written' ? `“${map.id}” is written` : `“${map.id}” is right and could be written`}:{' '}
      {formatCount(map.seatCount)} seats; {zones}.
    </Notice>
  );
}
