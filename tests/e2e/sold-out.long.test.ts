import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectDatabase } from '../../db/connect.ts';
import { createBuyer, eventually } from '../support/buyer.ts';
import { call, freshKey, textOf } from '../support/http.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { admitted, join, waitForPass } from '../support/visitor.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.dispose());

/** Everything but one place is gone: as if it had been sold before. */
async function leaveOnePlaceIn(performanceId: string, zoneId: string): Promise<void> {
  const sql = connectDatabase(stack.ready.postgresUrl, { max: 1 });
  await sql`UPDATE zone_legs l SET sold = l.capacity - CASE WHEN p.id = ${performanceId} AND l.zone_id = ${zoneId} THEN 1 ELSE 0 END
    FROM performances p WHERE p.id = l.performance_id AND p.room = 'demo'`;
  await sql.end();
}

it('a room whose last place is paid calls nobody and says that some may return; a cancellation calls the next', async () => {
  const { edgeUrl, operatorToken, rooms } = stack.ready;
  const performanceId = rooms['demo']?.performances[0] ?? '';
  const buyer = createBuyer(stack.ready, performanceId);
  const phase = async () => (await call('GET', `${edgeUrl}/api/rooms/demo/board`)).body['phase'];
  const { pass } = await admitted(edgeUrl, 'demo');
  const [seat] = await buyer.freeSeats(1);
  if (seat === undefined) throw new Error('the hall is full');
  await leaveOnePlaceIn(performanceId, seat.zoneId);

  const booking = await buyer.book(await buyer.hold(pass, [{ zoneId: seat.zoneId, seats: [seat.id] }]));
  expect(booking.status, booking.text).toBe(201);
  await buyer.pay(booking);
  const status = async () => (await buyer.booking(booking)).body['status'];
  await eventually('the booking is confirmed', status, (now) => now === 'confirmed');
  await eventually('the room is sold out', phase, (now) => now === 'sold_out');

  const ticket = await join(edgeUrl, 'demo');
  const place = () => call('GET', `${edgeUrl}/api/rooms/demo/tickets/me`, { bearer: ticket });
  const tick = async () => Number((await call('GET', `${edgeUrl}/api/rooms/demo/board`)).body['tick']);
  const joinedAt = await tick();
  await eventually('ticks went by', tick, (now) => now > joinedAt + 3);
  expect((await place()).body).toMatchObject({ state: 'waiting', estimatedWaitMs: null });
  const page = await call('GET', `${edgeUrl}/rooms/demo`, { bearer: ticket, headers: { accept: 'text/html' } });
  expect(page.text).toContain('None free now, some may return.');

  const bearer = textOf(booking, 'accessToken');
  const cancel = buyer.core(`/bookings/${textOf(booking, 'bookingId')}/cancel`);
  const cancelled = await call('POST', cancel, { bearer, headers: freshKey(), body: {} });
  expect(cancelled.status, cancelled.text).toBe(200);
  await eventually('the room is open', phase, (now) => now === 'open');
  expect((await waitForPass(edgeUrl, 'demo', ticket)).status).toBe(201);
  const trail = await call('GET', buyer.core('/operator/audit?room=demo'), { bearer: operatorToken });
  expect(trail.body['items']).toMatchObject([
    { actor: 'system:stock', action: 'room.stock-returned' },
    { actor: 'system:stock', action: 'room.sold-out' },
  ]);
});
