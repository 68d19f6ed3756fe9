import { useMemo } from 'preact/hooks';
import type { EventView, PerformanceView as Performance, SeatMap } from '../../contracts/catalogue.ts';
import { formatDateTime } from '../shared/format.ts';
import { LoadError, Loading, Notice } from '../shared/notice.tsx';
import { useLoad } from '../shared/use-load.ts';
import { followLink } from './follow-link.ts';
import { waitingHere } from './kept-tokens.ts';
import { SeatPicker } from './seat-picker.tsx';
import { createSeatPlan } from './seat-states.ts';
import type { Legs } from './stops-picker.tsx';
import { useSaleOpening } from './use-sale-opening.ts';
import { writeAddress, type ViewAddress } from './view-address.ts';

export type PerformanceViewProps = { performanceId: string; legs: Legs | null; onShow: (address: ViewAddress) => void };

/** One performance: what is sold and where, then the picking of seats. */
export function PerformanceView({ performanceId, legs, onShow }: PerformanceViewProps) {
  const base = `/api/core/v1/performances/${encodeURIComponent(performanceId)}`;
  const query = legs === null ? '' : `?${new URLSearchParams(legs)}`;
  const performance = useLoad<Performance>(base + query);
  const map = useLoad<SeatMap>(`${base}/seat-map`);
  const eventId = performance.loaded.state === 'ready' ? performance.loaded.data.eventId : null;
  const event = useLoad<EventView>(eventId === null ? null : `/api/core/v1/events/${encodeURIComponent(eventId)}`);
  useSaleOpening(performance.loaded.state === 'ready' ? performance.loaded.data : null, performance.refresh);
  const seatMap = map.loaded.state === 'ready' ? map.loaded.data : null;
  const plan = useMemo(() => (seatMap === null ? null : createSeatPlan(seatMap)), [seatMap]);

  if (performance.loaded.state === 'failed') {
    if (performance.loaded.problem.status === 404) return <NotFound onShow={onShow} />;
    return <LoadError problem={performance.loaded.problem} onRetry={performance.reload} />;
  }
  if (map.loaded.state === 'failed') return <LoadError problem={map.loaded.problem} onRetry={map.reload} />;
  if (performance.loaded.state === 'loading' || plan === null) return <Loading what="seats" />;

  const { data } = performance.loaded;
  const about = event.loaded.state === 'ready' ? event.loaded.data : null;
  return (
    <div class="stack">
      <p class="breadcrumb">
        <a href="?" onClick={(click) => followLink(click, () => onShow({ view: 'events' }))}>
          What’s on
        </a>
      </p>
      <div>
        <h1>{about?.name ?? ' '}</h1>
        <p class="quiet">
          <time dateTime={data.startsAt}>{formatDateTime(data.startsAt, data.timeZone)}</time>
          {about?.venue && ` · ${about.venue.name}, ${about.venue.city}`}
        </p>
      </div>
      <SaleNotice performance={data} />
      <WaitingHere performanceId={performanceId} onShow={onShow} />
      <SeatPicker
        performance={data}
        plan={plan}
        legs={legs}
        onLegs={(next) => onShow({ view: 'performance', performanceId, ...next })}
        onJoined={(entryId) => onShow({ view: 'waitlist', entryId })}
      />
    </div>
  );
}

/** Why nothing can be bought yet, or no more; with the time of the opening where it is known. */
function SaleNotice({ performance: { status, onSaleAt, timeZone } }: { performance: Performance }) {
  if (status === 'ended') return <Notice kind="info">This performance is over.</Notice>;
  if (status === 'on_sale') return null;
  if (onSaleAt === undefined)
    return <Notice kind="info">Tickets are not on sale yet. You can look around already.</Notice>;
  return (
    <Notice kind="info">
      Tickets go on sale on{' '}
      <strong>
        <time dateTime={onSaleAt}>{formatDateTime(onSaleAt, timeZone)}</time>
      </strong>
      ; this page follows by itself. You can look around already.
    </Notice>
  );
}

/** The way back to one's place in the waitlist, for who has joined it in this browser. */
function WaitingHere({ performanceId, onShow }: Pick<PerformanceViewProps, 'performanceId' | 'onShow'>) {
  const [entryId] = waitingHere(performanceId);
  if (entryId === undefined) return null;
  const place: ViewAddress = { view: 'waitlist', entryId };
  return (
    <Notice kind="info">
      You are on the waitlist.{' '}
      <a href={writeAddress(place)} onClick={(click) => followLink(click, () => onShow(place))}>
        See your place
      </a>
    </Notice>
  );
}

function NotFound({ onShow }: { onShow: (address: ViewAddress) => void }) {
  const home: ViewAddress = { view: 'events' };
  return (
    <div class="stack">
      <h1>There is no such performance</h1>
      <p>The link may be old or mistyped.</p>
      <a class="button" href={writeAddress(home)} onClick={(click) => followLink(click, () => onShow(home))}>
        See what’s on
      </a>
    </div>
  );
}
