import type { OperatorEventView, OperatorVenueView } from '../../../contracts/operator-catalogue.ts';
import { eventHash, venueHash } from '../console-view.ts';
import { OPERATOR_API, useFollowed } from '../use-operator.ts';
import { NEW_EVENT_FIELDS, NEW_VENUE_FIELDS } from './fields.ts';
import { NewRecordForm } from './new-record-form.tsx';
import type { Page } from '../use-more-pages.ts';
import { PagedList } from './paged-list.tsx';
import { SeatMapsCard } from './seat-maps-card.tsx';
import { useSuggested } from './use-suggestions.ts';

const EVERY_MS = 10_000;
const [EVENTS, VENUES] = [`${OPERATOR_API}/events`, `${OPERATOR_API}/venues`];

export type CataloguePanelProps = { token: string; onRefused: () => void };

/** What is sold and where: events, venues and seat maps, with forms for new ones. */
export function CataloguePanel(props: CataloguePanelProps) {
  return (
    <div class="two-columns">
      <Events {...props} />
      <div class="stack">
        <Venues {...props} />
        <SeatMapsCard {...props} />
      </div>
    </div>
  );
}

function Events({ token, onRefused }: CataloguePanelProps) {
  const events = useFollowed<Page<OperatorEventView>>(EVENTS, token, EVERY_MS, onRefused);
  const settings = useSuggested(NEW_EVENT_FIELDS, ['venueId'], token, onRefused);
  return (
    <section class="stack" aria-labelledby="events-title">
      <div class="card">
        <h2 id="events-title">Events</h2>
        <PagedList
          first={events}
          path={EVENTS}
          token={token}
          what="events"
          emptyText="There are no events yet."
          render={({ id, name, kind }) => (
            <>
              <a href={eventHash(id)}>{name}</a> <span class="quiet">{kind === 'train' ? `train · ${id}` : id}</span>
            </>
          )}
        />
      </div>
      <NewRecordForm<OperatorEventView>
        title="New event"
        prefix="new-event"
        submitLabel="Add the event"
        settings={settings}
        path={EVENTS}
        token={token}
        onAdded={({ id }) => {
          location.hash = eventHash(id);
        }}
      />
    </section>
  );
}

function Venues({ token, onRefused }: CataloguePanelProps) {
  const venues = useFollowed<Page<OperatorVenueView>>(VENUES, token, EVERY_MS, onRefused);
  return (
    <section class="stack" aria-labelledby="venues-title">
      <div class="card">
        <h2 id="venues-title">Venues</h2>
        <PagedList
          first={venues}
          path={VENUES}
          token={token}
          what="venues"
          emptyText="There are no venues yet."
          render={({ id, name, city }) => (
            <>
              <a href={venueHash(id)}>{name}</a> <span class="quiet">{`${city} · ${id}`}</span>
            </>
          )}
        />
      </div>
      <NewRecordForm<OperatorVenueView>
        title="New venue"
        prefix="new-venue"
        submitLabel="Add the venue"
        settings={NEW_VENUE_FIELDS}
        path={VENUES}
        token={token}
        onAdded={() => venues.refresh()}
      />
    </section>
  );
}
