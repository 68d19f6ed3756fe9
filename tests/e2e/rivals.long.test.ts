import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectDatabase } from '../../db/connect.ts';
import { createBuyer, eventually } from '../support/buyer.ts';
import { call } from '../support/http.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { admitted } from '../support/visitor.ts';

const BUYERS = 200;
const SEATS = 50;
let stack: Stack;

beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.dispose());

it('200 concurrent buyers of 50 seats end with 50 sold, none twice, and every refusal names the seats', async () => {
  const { edgeUrl, operatorToken, postgresUrl, rooms } = stack.ready;
  const performanceId = rooms['demo']?.performances[0] ?? '';
  const buyer = createBuyer(stack.ready, performanceId);
  const limits = { newUsersPerMinute: 60_000, totalActiveUsers: 1000, joinsPerClientPerMinute: 10_000 };
  const raised = await call('PATCH', buyer.core('/operator/rooms/demo'), { bearer: operatorToken, body: limits });
  expect(raised.status, raised.text).toBe(200);

  const passes = await Promise.all(Array.from({ length: BUYERS }, () => admitted(edgeUrl, 'demo')));
  const seats = await buyer.freeSeats(SEATS, false);
  const tries = await Promise.all(
    passes.map(async ({ pass }, i) => {
      const seat = seats[i % SEATS];
      if (seat === undefined) throw new Error('fewer seats than asked for');
      return { seat, hold: await buyer.hold(pass, [{ zoneId: seat.zoneId, seats: [seat.id] }]) };
    }),
  );
  const won = tries.filter(({ hold }) => hold.status === 201);
  expect(won.map(({ seat }) => seat.id).toSorted()).toEqual(seats.map((seat) => seat.id).toSorted());
  for (const { hold, seat } of tries.filter((one) => !won.includes(one))) {
    expect([hold.status, hold.body['code'], hold.body['seats']]).toEqual([409, 'seats_unavailable', [seat.id]]);
  }

  await Promise.all(
    won.map(async ({ hold }, i) => {
      const booking = await buyer.book(hold, `Buyer ${i}`);
      expect(booking.status, booking.text).toBe(201);
      await buyer.pay(booking);
      await eventually(
        'it is confirmed',
        () => buyer.booking(booking),
        (answer) => answer.body['status'] === 'confirmed',
      );
    }),
  );
  const sql = connectDatabase(postgresUrl, { max: 1 });
  const claims = await sql<
    { seat_id: string }[]
  >`SELECT seat_id FROM seat_claims WHERE performance_id = ${performanceId}`;
  await sql.end();
  expect(claims.map((claim) => claim.seat_id).toSorted()).toEqual(seats.map((seat) => seat.id).toSorted());
});
