import { render } from 'preact';
import { keepBookingToken, keepWaitlistToken, tokenInLink, waitlistTokenInLink } from './kept-tokens.ts';
import { Shop } from './shop.tsx';
import { readAddress } from './view-address.ts';

const address = readAddress(location.search);
const token = tokenInLink(location.hash);
if (address.view === 'booking' && token !== null) {
  keepBookingToken(address.bookingId, token);
  // Whoever copies the address from here on shares no key.
  history.replaceState(null, '', location.pathname + location.search);
}

const waitlistToken = waitlistTokenInLink(location.hash);
if (address.view === 'waitlist' && waitlistToken !== null) {
  keepWaitlistToken(address.entryId, waitlistToken);
  history.replaceState(null, '', location.pathname + location.search);
}

const content = document.querySelector('#content');
if (content !== null) {
  content.replaceChildren();
  render(<Shop />, content);
}
