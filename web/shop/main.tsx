import { render } from 'preact';
import { keepToken, tokenInLink } from './kept-tokens.ts';
import { Shop } from './shop.tsx';
import { readAddress, type ViewAddress } from './view-address.ts';

keepLinkedToken(readAddress(location.search));

const content = document.querySelector('#content');
if (content !== null) {
  content.replaceChildren();
  render(<Shop />, content);
}

/** Keeps the token that the link of a mail brought. Whoever copies the address from here on shares no key. */
function keepLinkedToken(address: ViewAddress): void {
  const linked = idOf(address);
  const token = linked && tokenInLink(linked.what, location.hash);
  if (linked === null || token === null) return;
  keepToken(linked.what, linked.id, token);
  history.replaceState(null, '', location.pathname + location.search);
}

function idOf(address: ViewAddress): { what: 'booking' | 'waitlist' | 'ticket'; id: string } | null {
  if (address.view === 'booking') return { what: 'booking', id: address.bookingId };
  if (address.view === 'waitlist') return { what: 'waitlist', id: address.entryId };
  return address.view === 'ticket' ? { what: 'ticket', id: address.ticketId } : null;
}
