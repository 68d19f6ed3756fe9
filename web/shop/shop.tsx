import { useEffect, useState } from 'preact/hooks';
import { AccountView } from './account-view.tsx';
import { BookingView } from './booking-view.tsx';
import { EventsView } from './events-view.tsx';
import { GivenTicketView } from './given-ticket-view.tsx';
import { PerformanceView } from './performance-view.tsx';
import type { SearchTerms } from './search-terms.ts';
import { readAddress, writeAddress, type ViewAddress } from './view-address.ts';
import { WaitlistView } from './waitlist-view.tsx';

/** The same each time, so that a form does not take it for another search. */
const NO_TERMS: SearchTerms = {};

/** The shop: one view at a time, named by the address, so that back, reload and sharing work. */
export function Shop() {
  const [address, setAddress] = useState(() => readAddress(location.search));
  useEffect(() => {
    const look = () => setAddress(readAddress(location.search));
    addEventListener('popstate', look);
    return () => removeEventListener('popstate', look);
  }, []);
  const show = (next: ViewAddress) => {
    history.pushState(null, '', writeAddress(next));
    setAddress(next);
    scrollTo(0, 0);
    // A new view: screen readers and the keyboard begin at its top.
    document.querySelector<HTMLElement>('#content')?.focus();
  };

  if (address.view === 'booking') return <BookingView key={address.bookingId} bookingId={address.bookingId} />;
  if (address.view === 'waitlist')
    return <WaitlistView key={address.entryId} entryId={address.entryId} onShow={show} />;
  if (address.view === 'ticket') return <GivenTicketView key={address.ticketId} ticketId={address.ticketId} />;
  if (address.view === 'account') return <AccountView onShow={show} />;
  if (address.view === 'events') {
    const { room, terms = NO_TERMS } = address;
    const search = (next: SearchTerms) => {
      const found: ViewAddress = { view: 'events', ...(room === undefined ? {} : { room }), terms: next };
      history.pushState(null, '', writeAddress(found));
      setAddress(found);
    };
    return <EventsView key={room} room={room ?? null} terms={terms} onShow={show} onSearch={search} />;
  }
  const { performanceId, from, to } = address;
  const legs = from !== undefined && to !== undefined ? { from, to } : null;
  return <PerformanceView key={performanceId} performanceId={performanceId} legs={legs} onShow={show} />;
}
