import { renderSVG } from 'uqr';
import type { WholeBooking } from '../../db/queries/bookings.ts';
import { readEntryTickets, type EntryTicketRow } from '../../db/queries/entry-tickets.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import { withinDeadline } from '../http/store-failure.ts';
import { openBooking } from '../bookings/open-booking.ts';
import type { CoreDeps } from '../deps.ts';
import type { CoreApp, CoreContext } from '../http/context.ts';
import { entryTicketCode, toEntryTicketsView } from './entry-tickets-view.ts';

const NO_STORE = { 'cache-control': 'no-store' } as const;

/** Entry tickets of a confirmed booking, and the QR code of each. */
export function register(app: CoreApp, deps: CoreDeps): void {
  app.get('/v1/bookings/:id/tickets', async (c) => {
    const { booking, tickets } = await openTickets(deps, c);
    return c.json(await toEntryTicketsView(deps.keys.signing, deps.config.origin, booking, tickets), 200, NO_STORE);
  });

  app.get('/v1/bookings/:id/tickets/:ticketId/qr.svg', async (c) => {
    const { booking, tickets } = await openTickets(deps, c);
    const ticket = tickets.find((row) => row.id === c.req.param('ticketId'));
    if (ticket === undefined) throw new OperatingError('not_found');
    const svg = renderSVG(await entryTicketCode(deps.keys.signing, booking, ticket), { ecc: 'M', border: 4 });
    const headers = { 'content-type': 'image/svg+xml', 'content-security-policy': "default-src 'none'", ...NO_STORE };
    return c.body(svg, 200, headers);
  });
}

/** Refuses: `not_found` without the booking's token, `booking_not_confirmed` while there are no tickets. */
async function openTickets(
  deps: CoreDeps,
  c: CoreContext,
): Promise<{ booking: WholeBooking; tickets: EntryTicketRow[] }> {
  const { booking } = await openBooking(deps, c.req.param('id') ?? '', c.req.raw.headers);
  if (booking.status !== 'confirmed')
    throw new OperatingError('booking_not_confirmed', { extra: { status: booking.status } });
  return { booking, tickets: await withinDeadline(deps.sql, () => readEntryTickets(deps.sql, booking.id)) };
}
