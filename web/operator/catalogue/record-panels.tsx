import type {
  OperatorEventView,
  OperatorPerformanceView,
  OperatorVenueView,
} from '../../../contracts/operator-catalogue.ts';
import { formatDateTime } from '../../shared/format.ts';
import { Loading, LoadError, Notice } from '../../shared/notice.tsx';
import { blocksHash, catalogueHash, eventHash, performanceHash } from '../console-view.ts';
import { OPERATOR_API, useFollowed } from '../use-operator.ts';
import { EVENT_FIELDS, VENUE_FIELDS } from './fields.ts';
import { MovesCard, useMoves } from './moves-card.tsx';
import { NewPerformanceForm } from './new-performance-form.tsx';
import type { Page } from '../use-more-pages.ts';
import { PagedList } from './paged-list.tsx';
import { PerformanceForm } from './performance-form.tsx';
import { RecordForm } from './record-form.tsx';
import { useSuggested } from './use-suggestions.ts';

const EVERY_MS = 5000;

export type RecordPanelProps = { id: string; token: string; onRefused: () => void };

/** One record, followed: what it is once it is there, else why it is not. */
function useRecord<T>(kind: 'venues' | 'events' | 'performances', { id, token, onRefused }: RecordPanelProps) {
  const path = `${OPERATOR_API}/${kind}/${encodeURIComponent(id)}`;
  const followed = useFollowed<T>(path, token, EVERY_MS, onRefused);
  const { data, problem, refresh, etag } = followed;
  const props = { path, token, etag, onSaved: refresh };
  if (data !== null) return { view: data, props, instead: null };
  if (problem === null) return { view: null, props, instead: <Loading what={kind} /> };
  if (problem.status === 404)
    return { view: null, props, instead: <Notice kind="error">There is nothing called “{id}” here.</Notice> };
  return { view: null, props, instead: <LoadError problem={problem} onRetry={refresh} /> };
}

/** One venue. */
export function VenuePanel(panel: RecordPanelProps) {
  const { view, props, instead } = useRecord<OperatorVenueView>('venues', panel);
  if (view === null) return instead;
  return (
    <>
      <h1>{view.name}</h1>
      <p class="quiet">
        {view.id} · <a href={catalogueHash}>catalogue</a>
      </p>
      <RecordForm {...props} view={view} settings={VENUE_FIELDS} what="this venue" />
    </>
  );
}

/** One event with its performances. */
export function EventPanel(panel: RecordPanelProps) {
  const { token, onRefused, id } = panel;
  const { view, props, instead } = useRecord<OperatorEventView>('events', panel);
  const settings = useSuggested(EVENT_FIELDS, ['venueId'], token, onRefused);
  const path = `${OPERATOR_API}/performances?eventId=${encodeURIComponent(id)}`;
  const performances = useFollowed<Page<OperatorPerformanceView>>(path, token, EVERY_MS, onRefused);
  const moves = useMoves(`eventId=${encodeURIComponent(id)}`, token, onRefused);
  if (view === null) return instead;
  return (
    <>
      <h1>{view.name}</h1>
      <p class="quiet">
        {view.id} · <a href={catalogueHash}>catalogue</a>
      </p>
      <div class="two-columns">
        <RecordForm {...props} view={view} settings={settings} what="this event" moves={moves} />
        <div class="stack">
          <section class="card" aria-labelledby="performances-title">
            <h2 id="performances-title">Performances</h2>
            <PagedList
              first={performances}
              path={path}
              token={token}
              what="performances"
              emptyText="It has no performance yet."
              render={({ id: performance, startsAt, timeZone, sale }) => (
                <>
                  <a href={performanceHash(performance)}>{formatDateTime(startsAt, timeZone)}</a>{' '}
                  <span class="quiet">
                    {sale.replace('_', ' ')} · {performance}
                  </span>
                </>
              )}
            />
          </section>
          <NewPerformanceForm
            event={view}
            token={token}
            onRefused={onRefused}
            onAdded={(added) => {
              location.hash = performanceHash(added.id);
            }}
          />
        </div>
      </div>
    </>
  );
}

/** One performance: its times, its sale, what its zones cost and how they are sold. */
export function PerformancePanel(panel: RecordPanelProps) {
  const { view, props, instead } = useRecord<OperatorPerformanceView>('performances', panel);
  const moves = useMoves(`performanceId=${encodeURIComponent(panel.id)}`, panel.token, panel.onRefused);
  if (view === null) return instead;
  const { id, eventId, room, startsAt, timeZone, sale } = view;
  return (
    <>
      <h1>{id}</h1>
      <p class="quiet">
        {formatDateTime(startsAt, timeZone)} · {sale.replace('_', ' ')} · <a href={eventHash(eventId)}>its event</a> ·{' '}
        <a href={`#${encodeURIComponent(room)}`}>its room</a> · <a href={blocksHash(id)}>blocks and allocations</a>
      </p>
      <div class="two-columns">
        <PerformanceForm {...props} view={view} moves={moves} />
        <div class="stack">
          <Sold zones={view.zones} />
          <MovesCard moves={moves} />
        </div>
      </div>
    </>
  );
}

function Sold({ zones }: Pick<OperatorPerformanceView, 'zones'>) {
  return (
    <section class="card" aria-labelledby="sold-title">
      <h2 id="sold-title">Places</h2>
      <table class="lane-table">
        <thead>
          <tr>
            <th scope="col">Zone</th>
            <th scope="col">All</th>
            <th scope="col">Sold</th>
            <th scope="col">Kept out</th>
          </tr>
        </thead>
        <tbody>
          {zones.map(({ id, name, capacity, sold, blocked }) => (
            <tr key={id}>
              <th scope="row">{name}</th>
              <td>{capacity}</td>
              <td>{sold}</td>
              <td>{blocked}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <h3>Waitlist</h3>
      <Waitlist zones={zones.filter(({ waiting, offered }) => waiting > 0 || offered > 0)} />
    </section>
  );
}

/** Who waits for places of these zones, and what is offered to them just now. */
function Waitlist({ zones }: Pick<OperatorPerformanceView, 'zones'>) {
  if (zones.length === 0) return <p class="quiet">Nobody waits.</p>;
  return (
    <ul>
      {zones.map(({ id, name, waiting, waitingPlaces, offered }) => (
        <li key={id}>
          {name}:{' '}
          {waiting === 0
            ? 'nobody waits'
            : `${waiting} waiting for ${waitingPlaces} ${waitingPlaces === 1 ? 'place' : 'places'}`}
          , {offered} offered
        </li>
      ))}
    </ul>
  );
}
