/** How long a checkout address works, seconds: the way from our page to the provider's. */
export const CHECKOUT_TTL_SECONDS = 15 * 60;

/** Where a browser goes to pay: through the gate, with a code of its own, since it opens the address without headers. */
export const checkoutUrl = (origin: string, bookingId: string, code: string): string =>
  `${origin}/api/core/v1/bookings/${bookingId}/checkout?code=${code}`;

/** Where the provider sends the buyer back to; the page has kept the booking token. */
export const returnUrl = (origin: string, bookingId: string): string => `${origin}/shop/?booking=${bookingId}`;

/** Where a message leads: the shop's page of the booking. The token stands behind `#`, which no server is sent. */
export const bookingLink = (origin: string, bookingId: string, token: string): string =>
  `${returnUrl(origin, bookingId)}#token=${token}`;

/** The same to the page of one entry ticket, which was given to somebody. */
export const ticketLink = (origin: string, ticketId: string, token: string): string =>
  `${origin}/shop/?ticket=${ticketId}#token=${token}`;
