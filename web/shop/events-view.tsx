import type { EventView, JourneyView, PerformanceSummary } from '../../contracts/catalogue.ts';
import { formatCount, formatDateTime, formatMoney } from '../shared/format.ts';
import { LoadError, Loading } from '../shared/notice.tsx';
import { useFocusOnNew, usePages } from '../shared/use-pages.ts';
import { followLink } from './follow-link.ts';
import { SearchForm } from './search-form.tsx';
import { toQuery, type SearchTerms } from './search-terms.ts';
import { SessionBar } from './session-bar.tsx';
import { useSession } from './use-session.ts';
import { writeAddress, type ViewAddress } from './view-address.ts';

export type EventsViewProps = {
  room: string | null;
  terms: SearchTerms;
  onShow: (address: ViewAddress) => void;
  /** As `onShow`, but the visitor stays where they are on the page. */
  onSearch: (terms: SearchTerms) => void;
};

/**
 * What is on, and what a search finds of it: events and trains with their performances, of one room or of all. Nobody needs a pass to
 * look.
 */
export function EventsView({ room, terms, onShow, onSearch }: EventsViewProps) {
  const { session, refresh, leave } = useSession(room);
  return (
    <div class="stack">
      {room !== null && (
        <SessionBar session={session} room={room} onEnd={() => void refresh()} onLeave={() => void leave()} />
      )}
      <h1>What’s on</h1>
      <SearchForm terms={terms} onSearch={onSearch} />
      <FoundEvents key={JSON.stringify([room, terms])} room={room} terms={terms} onShow={onShow} />
      {room !== null && (
        <div class="button-row">
          <a class="button" href="?" onClick={(event) => followLink(event, () => onShow({ view: 'events' }))}>
            Everything that’s on
          </a>
        </div>
      )}
    </div>
  );
}

function FoundEvents({ room, terms, onShow }: Pick<EventsViewProps, 'room' | 'terms' | 'onShow'>) {
  const query = toQuery(terms);
  const asked = new URLSearchParams({ ...query, ...(room === null ? {} : { room }) }).toString();
  const { items, newFrom, hasMore, isBusy, problem, load } = usePages<EventView>(`/api/core/v1/events?${asked}`);
  const found = offeredIn(items, room);
  const foundBefore = offeredIn(items.slice(0, newFrom), room).length;
  const list = useFocusOnNew(foundBefore);
  const isRead = items.length > 0 || (!isBusy && problem === null);
  const counts = { count: found.length, added: foundBefore === 0 ? 0 : found.length - foundBefore, hasMore };
  return (
    <section aria-label="Events" class="stack">
      {!isRead && problem === null && <Loading what="events" />}
      <p class="quiet" role="status">
        {isRead ? wordsFor(counts, Object.keys(query).length > 0) : ''}
      </p>
      <ul class="event-list" ref={list}>
        {found.map((event) => (
          <EventCard key={event.id} event={event} onShow={onShow} />
        ))}
      </ul>
      {problem !== null && <LoadError problem={problem} onRetry={load} />}
      {problem === null && hasMore && (
        <div class="button-row">
          <button type="button" class="button" onClick={load}>
            More events
          </button>
        </div>
      )}
    </section>
  );
}

/** What a search came to, or what `More events` brought, in a sentence; nothing for the beginning of all there is. */
function wordsFor(
  { count, added, hasMore }: { count: number; added: number; hasMore: boolean },
  isSearch: boolean,
): string {
  if (count === 0)
    return isSearch ? 'Nothing found. Try fewer words, another day or another place.' : 'Nothing is on sale yet.';
  const all = hasMore ? `${formatCount(count)} shown` : `all ${formatCount(count)} shown`;
  if (added > 0) return `${formatCount(added)} more, ${all}`;
  if (!isSearch) return '';
  if (hasMore) return `The first ${formatCount(count)} that were found, best first`;
  return count === 1 ? 'One found' : `${formatCount(count)} found`;
}

/** The events with those of their performances that a room protects; all of them without a room. */
const offeredIn = (events: readonly EventView[], room: string | null): EventView[] =>
  events
    .map((event) => ({
      ...event,
      performances: event.performances.filter((one) => room === null || one.room === room),
    }))
    .filter((event) => room === null || event.performances.length > 0);

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
  const { journey } = performance;
  const stretch = journey === undefined ? {} : { from: journey.from.code, to: journey.to.code };
  const address: ViewAddress = { view: 'performance', performanceId: performance.id, ...stretch };
  return (
    <li class="performance-line">
      <span>
        {journey === undefined ? (
          <time dateTime={performance.startsAt}>{formatDateTime(performance.startsAt, performance.timeZone)}</time>
        ) : (
          <Journey journey={journey} timeZone={performance.timeZone} />
        )}
        {journey === undefined && performance.fromPrice !== null && (
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
        <span class="quiet">{performance.status === 'ended' ? 'Over' : <OpeningTime performance={performance} />}</span>
      )}
    </li>
  );
}

/** When its sale opens, where that is known. */
function OpeningTime({ performance: { onSaleAt, timeZone } }: { performance: PerformanceSummary }) {
  if (onSaleAt === undefined) return <>Not yet on sale</>;
  return (
    <>
      On sale from <time dateTime={onSaleAt}>{formatDateTime(onSaleAt, timeZone)}</time>
    </>
  );
}

/** When and where one gets on and off, and what each class has free all the way. */
function Journey({ journey, timeZone }: { journey: JourneyView; timeZone: string }) {
  const { from, to, classes } = journey;
  return (
    <>
      <time dateTime={from.departsAt}>{formatDateTime(from.departsAt, timeZone)}</time>
      <span class="quiet performance-price">
        {from.name} to {to.name}
        {to.arrivesAt !== null && `, arrives ${formatDateTime(to.arrivesAt, timeZone)}`}
      </span>
      <ul class="class-list">
        {classes.map(({ class: name, available, fromPrice }) => (
          <li key={name} class={available === 0 ? 'class-line quiet' : 'class-line'}>
            <strong>{name}</strong> {available === 0 ? 'full' : `${formatCount(available)} free`} · from{' '}
            {formatMoney(fromPrice.amountMinor, fromPrice.currency)}
          </li>
        ))}
      </ul>
    </>
  );
}
