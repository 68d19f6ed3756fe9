import { useState } from 'preact/hooks';
import type { EventView, PerformanceSummary } from '../../contracts/catalogue.ts';
import { formatDateTime, formatMoney } from '../shared/format.ts';
import { LoadError, Loading } from '../shared/notice.tsx';
import { useLoad } from '../shared/use-load.ts';
import { followLink } from './follow-link.ts';
import { SessionBar } from './session-bar.tsx';
import { useSession } from './use-session.ts';
import { writeAddress, type ViewAddress } from './view-address.ts';

type Page = { items: EventView[]; next: string | null };

/** What is on: events and trains with their performances, of one room or of all. Nobody needs a pass to look. */
export function EventsView({ room, onShow }: { room: string | null; onShow: (address: ViewAddress) => void }) {
  const [query, setQuery] = useState('');
  const [cursor, setCursor] = useState<string | null>(null);
  const { session, refresh, leave } = useSession(room);
  const path = `/api/core/v1/events${cursor === null ? '' : `?${new URLSearchParams({ cursor })}`}`;
  const { loaded, reload } = useLoad<Page>(path);
  const page = loaded.state === 'ready' ? loaded.data : null;
  const offered = page === null ? [] : offeredIn(page.items, room);
  const found = offered.filter((event) => isFound(event, query));
  return (
    <div class="stack">
      {room !== null && (
        <SessionBar session={session} room={room} onEnd={() => void refresh()} onLeave={() => void leave()} />
      )}
      <h1>What’s on</h1>
      <input
        aria-label="Filter by name, place or city"
        class="input search"
        type="search"
        placeholder="Filter by name, place or city"
        value={query}
        onInput={(event) => setQuery(event.currentTarget.value)}
      />
      {loaded.state === 'loading' && <Loading what="events" />}
      {loaded.state === 'failed' && <LoadError problem={loaded.problem} onRetry={reload} />}
      {page !== null && found.length === 0 && (
        <p class="quiet">{offered.length === 0 ? 'Nothing is on sale yet.' : `Nothing here for “${query}”.`}</p>
      )}
      <ul class="event-list">
        {found.map((event) => (
          <EventCard key={event.id} event={event} onShow={onShow} />
        ))}
      </ul>
      <div class="button-row">
        {page !== null && page.next !== null && (
          <button type="button" class="button" onClick={() => setCursor(page.next)}>
            More events
          </button>
        )}
        {room !== null && (
          <a class="button" href="?" onClick={(event) => followLink(event, () => onShow({ view: 'events' }))}>
            Everything that’s on
          </a>
        )}
      </div>
    </div>
  );
}

/** The events with those of their performances that a room protects; all of them without a room. */
const offeredIn = (events: readonly EventView[], room: string | null): EventView[] =>
  events
    .map((event) => ({
      ...event,
      performances: event.performances.filter((one) => room === null || one.room === room),
    }))
    .filter((event) => room === null || event.performances.length > 0);

const isFound = ({ name, venue }: EventView, query: string): boolean =>
  [name, venue?.name, venue?.city].some(
    (text) => text?.toLocaleLowerCase().includes(query.trim().toLocaleLowerCase()) === true,
  );

function EventCard({ event, onShow }: { event: EventView; onShow: (address: ViewAddress) => void }) {
  return (
    <li class="card event-card">
      <p class="event-kind">{event.kind === 'train' ? 'Train' : 'Event'}</p>
      <h2>{event.name}</h2>
      {event.venue !== null && (
        <p class="quiet">
          {event.venue.name}, {event.venue.city}
        </p>
      )}
      {event.performances.length === 0 && <p class="quiet">No dates yet.</p>}
      <ul class="performance-list">
        {event.performances.map((performance) => (
          <PerformanceLine key={performance.id} performance={performance} onShow={onShow} />
        ))}
      </ul>
    </li>
  );
}

function PerformanceLine({
  performance,
  onShow,
}: {
  performance: PerformanceSummary;
  onShow: (address: ViewAddress) => void;
}) {
  const address: ViewAddress = { view: 'performance', performanceId: performance.id };
  return (
    <li class="performance-line">
      <span>
        <time dateTime={performance.startsAt}>{formatDateTime(performance.startsAt, performance.timeZone)}</time>
        {performance.fromPrice !== null && (
          <span class="quiet performance-price">
            from {formatMoney(performance.fromPrice.amountMinor, performance.fromPrice.currency)}
          </span>
        )}
      </span>
      {performance.status === 'on_sale' ? (
        <a
          class="button button-primary"
          href={writeAddress(address)}
          onClick={(event) => followLink(event, () => onShow(address))}
        >
          Seats and prices
        </a>
      ) : (
        <span class="quiet">{performance.status === 'ended' ? 'Over' : 'Not yet on sale'}</span>
      )}
    </li>
  );
}
