import type { ReadyFile } from '../../contracts/ready-file.ts';
import { createBuyer, eventually } from '../support/buyer.ts';
import { call, freshKey, textOf } from '../support/http.ts';
import { admitted } from '../support/visitor.ts';

/** Puts a performance with two seats side by side on sale, in the demo room, and has somebody buy both; `cancel` gives them back. */
export async function sellOut(ready: ReadyFile, id: string): Promise<{ cancel(): Promise<void> }> {
  const seats = ['1', '2'].map((name) => ({ id: `a${name}`, name }));
  const zone = { id: 'stalls', name: 'Stalls', priceMinor: 5250, feeMinor: 250, rows: [{ name: 'A', seats }] };
  const sale = { id, eventId: id, room: 'demo', status: 'on_sale', seatMapId: id };
  const orders: [string, object][] = [
    ['seat-maps', { id, currency: 'EUR', zones: [zone] }],
    ['events', { id, kind: 'event', name: 'Two Chairs' }],
    ['performances', { ...sale, startsAt: '2031-05-01T20:00:00+02:00', timeZone: 'Europe/Paris' }],
  ];
  const buyer = createBuyer(ready, id);
  for (const [what, body] of orders) {
    const options = { body, bearer: ready.operatorToken, headers: freshKey() };
    const answer = await call('POST', buyer.core(`/operator/${what}`), options);
    if (answer.status !== 201) throw new Error(`${what} answered ${answer.status} ${answer.text}`);
  }
  const { pass } = await admitted(ready.edgeUrl, 'demo');
  const hold = await buyer.hold(pass, [{ zoneId: zone.id, seats: seats.map((seat) => seat.id) }]);
  const booking = await buyer.book(hold);
  await buyer.pay(booking);
  const isConfirmed = ({ body }: { body: Record<string, unknown> }) => body['status'] === 'confirmed';
  await eventually('the booking is confirmed', () => buyer.booking(booking), isConfirmed);
  return {
    async cancel() {
      const path = buyer.core(`/bookings/${textOf(booking, 'bookingId')}/cancel`);
      const options = { body: {}, bearer: textOf(booking, 'accessToken'), headers: freshKey() };
      const answer = await call('POST', path, options);
      if (answer.status !== 200) throw new Error(`cancelling answered ${answer.status} ${answer.text}`);
    },
  };
}
