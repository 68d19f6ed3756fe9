import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, freshKey, textOf, type Answer } from '../support/http.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { admitted, join, waitForPass } from '../support/visitor.ts';

let stack: Stack;
let edge: string;
let performance: string;

beforeAll(async () => {
  stack = await startStack();
  edge = stack.ready.edgeUrl;
  performance = stack.ready.rooms['demo']?.performances[0] ?? '';
});
afterAll(() => stack.dispose());

const core = (path: string) => `${edge}/api/core/v1${path}`;

/** Free seats of the first reserved zone that has enough of them next to each other in the map. */
async function freeSeats(count: number): Promise<{ zoneId: string; seats: string[]; indexes: number[] }> {
  const map: { zones: { id: string; rows: { seats: { id: string }[] }[] }[] } = JSON.parse(
    (await call('GET', core(`/performances/${performance}/seat-map`))).text,
  );
  const states = Buffer.from(
    textOf(await call('GET', core(`/performances/${performance}/availability`)), 'states'),
    'base64',
  );
  let index = 0;
  for (const zone of map.zones) {
    for (const row of zone.rows) {
      const free = row.seats
        .map((seat) => ({ id: seat.id, index: index++ }))
        .filter((seat) => stateOf(states, seat.index) === 0);
      if (free.length >= count)
        return {
          zoneId: zone.id,
          seats: free.slice(0, count).map((s) => s.id),
          indexes: free.slice(0, count).map((s) => s.index),
        };
    }
  }
  throw new Error('the hall is full');
}
const stateOf = (states: Buffer, index: number) => ((states[index >> 2] ?? 0) >> (2 * (index & 3))) & 3;

async function until(what: string, answer: () => Promise<Answer>, holds: (answer: Answer) => boolean): Promise<Answer> {
  for (let i = 0; i < 100; i++) {
    const last = await answer();
    if (holds(last)) return last;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${what}: not in 10 seconds`);
}

describe('the way from the line to the gate', () => {
  it('leads a visitor from joining to a ticket that verifies, and out again', async () => {
    const ticket = await join(edge, 'demo');
    const place = await call('GET', `${edge}/api/rooms/demo/tickets/me`, { bearer: ticket });
    expect(place.body).toMatchObject({ room: 'demo', lane: 'general' });
    const board = await call('GET', `${edge}/api/rooms/demo/board`);
    expect(board.headers.get('cache-control')).toContain('max-age=1');
    expect(board.text.length).toBeLessThanOrEqual(4096);

    const grant = await waitForPass(edge, 'demo', ticket);
    const pass = textOf(grant, 'pass');
    const keys: JSONWebKeySet = JSON.parse((await call('GET', `${edge}/.well-known/jwks.json`)).text);
    const verified = await jwtVerify(pass, createLocalJWKSet(keys), {
      typ: 'access-pass+jwt',
      audience: 'core',
      issuer: edge,
    });
    expect(verified.payload['room']).toBe('demo');

    const { zoneId, seats, indexes } = await freeSeats(2);
    const hold = await call('POST', core('/holds'), {
      bearer: pass,
      headers: freshKey(),
      body: { performanceId: performance, items: [{ zoneId, seats }] },
    });
    expect(hold.status, hold.text).toBe(201);
    expect(hold.body).toMatchObject({ total: { currency: expect.any(String) } });
    const held = Buffer.from(
      textOf(
        await until(
          'the held seats show',
          () => call('GET', core(`/performances/${performance}/availability`)),
          (a) => stateOf(Buffer.from(textOf(a, 'states'), 'base64'), indexes[0] ?? 0) === 1,
        ),
        'states',
      ),
      'base64',
    );
    expect(indexes.map((index) => stateOf(held, index))).toEqual([1, 1]);

    const key = freshKey();
    const request = {
      headers: key,
      body: { receipt: textOf(hold, 'receipt'), buyer: { name: 'Asha Rao', email: 'asha@example.org' } },
    };
    const booking = await call('POST', core('/bookings'), request);
    expect(booking.status, booking.text).toBe(201);
    const replay = await call('POST', core('/bookings'), request);
    expect(replay.headers.get('idempotency-replayed')).toBe('true');
    expect(replay.body['bookingId']).toBe(booking.body['bookingId']);

    const bookingId = textOf(booking, 'bookingId');
    const bearer = textOf(booking, 'accessToken');
    await pay(booking);
    const confirmed = await until(
      'the booking is confirmed',
      () => call('GET', core(`/bookings/${bookingId}`), { bearer }),
      (a) => a.body['status'] === 'confirmed',
    );
    expect(confirmed.body).toMatchObject({ buyer: { name: 'Asha Rao' } });

    const tickets: { tickets: { seat: string; code: string; qrSvgUrl: string }[] } = JSON.parse(
      (await call('GET', core(`/bookings/${bookingId}/tickets`), { bearer })).text,
    );
    expect(tickets.tickets.map((entry) => entry.seat).toSorted()).toEqual(seats.toSorted());
    const qr = await call('GET', new URL(tickets.tickets[0]?.qrSvgUrl ?? '', edge).href, { bearer });
    expect(qr.text).toContain('<svg');
    const sold = await until(
      'the seats show as sold',
      () => call('GET', core(`/performances/${performance}/availability`)),
      (a) => stateOf(Buffer.from(textOf(a, 'states'), 'base64'), indexes[0] ?? 0) === 2,
    );
    expect(stateOf(Buffer.from(textOf(sold, 'states'), 'base64'), indexes[1] ?? 0)).toBe(2);

    expect((await call('GET', core(`/bookings/${bookingId}`), { bearer: 'bk_somebody-elses' })).status).toBe(404);
    expect((await call('DELETE', `${edge}/api/rooms/demo/passes/me`, { bearer: pass })).status).toBe(204);
    const spent = await call('POST', `${edge}/api/rooms/demo/passes`, { bearer: ticket });
    expect([spent.status, spent.body['code']]).toEqual([410, 'ticket_spent']);
    const ended = await call('POST', core('/holds'), {
      bearer: pass,
      headers: freshKey(),
      body: { performanceId: performance, items: [{ zoneId, seats }] },
    });
    expect([ended.status, ended.body['code']]).toEqual([403, 'session_ended']);
  });

  it('sells a number of places in a standing zone', async () => {
    const { pass } = await admitted(edge, 'demo');
    const view: { zones: { id: string; kind: string }[] } = JSON.parse(
      (await call('GET', core(`/performances/${performance}`))).text,
    );
    const zoneId = view.zones.find((zone) => zone.kind === 'general')?.id;
    const hold = await call('POST', core('/holds'), {
      bearer: pass,
      headers: freshKey(),
      body: { performanceId: performance, items: [{ zoneId, quantity: 3 }] },
    });
    expect(hold.status, hold.text).toBe(201);
    const extended = await call('POST', core(`/holds/${textOf(hold, 'holdId')}/extend`), {
      bearer: pass,
      headers: freshKey(),
      body: { receipt: textOf(hold, 'receipt') },
    });
    expect(extended.status, extended.text).toBe(200);
    expect(
      (await call('DELETE', core(`/holds/${textOf(hold, 'holdId')}`), { bearer: textOf(extended, 'receipt') })).status,
    ).toBe(204);
  });

  it('takes an operator’s new rate within two ticks, and refuses a stale one', async () => {
    const bearer = stack.ready.operatorToken;
    const room = await call('GET', core('/operator/rooms/demo'), { bearer });
    const etag = room.headers.get('etag') ?? '';
    const changed = await call('PATCH', core('/operator/rooms/demo'), {
      bearer,
      headers: { 'if-match': etag },
      body: { totalActiveUsers: 321 },
    });
    expect(changed.status, changed.text).toBe(200);
    const stale = await call('PATCH', core('/operator/rooms/demo'), {
      bearer,
      headers: { 'if-match': etag },
      body: { totalActiveUsers: 1 },
    });
    expect([stale.status, stale.body['code']]).toEqual([412, 'stale']);
    await until(
      'the board shows the new capacity',
      () => call('GET', `${edge}/api/rooms/demo/board`),
      (a) => a.body['capacity'] === 321,
    );
    const audit = await call('GET', core('/operator/audit'), { bearer });
    expect(audit.text).toContain('321');
  });
});

/** Opens the checkout as a browser would, and pays at the sandbox. */
async function pay(booking: Answer): Promise<void> {
  const { payment }: { payment: { paymentId: string; checkoutUrl: string } } = JSON.parse(booking.text);
  const checkout = await call('GET', payment.checkoutUrl);
  expect(checkout.status, checkout.text).toBe(303);
  expect(checkout.headers.get('location')).toContain(stack.ready.payments.sandboxUrl);
  const paid = await call('POST', `${stack.ready.payments.sandboxUrl}/payments/${payment.paymentId}/complete`, {
    body: { outcome: 'succeed' },
  });
  expect(paid.status, paid.text).toBeLessThan(300);
}

describe('bad input', () => {
  const problem = (answer: Answer) => {
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.body).toMatchObject({
      type: expect.any(String),
      title: expect.any(String),
      status: answer.status,
      requestId: expect.any(String),
    });
    return [answer.status, answer.body['code']];
  };
  it('is answered with a problem and its code', async () => {
    const { pass } = await admitted(edge, 'demo');
    const holds = (body: unknown, extra: object = {}) =>
      call('POST', core('/holds'), { bearer: pass, headers: freshKey(), body, ...extra });
    expect(problem(await call('POST', `${edge}/api/rooms/nowhere/tickets`, { body: {} }))).toEqual([
      404,
      'room_not_found',
    ]);
    expect(problem(await call('GET', core('/performances/nowhere')))).toEqual([404, 'performance_not_found']);
    expect(problem(await holds(undefined, { rawBody: '{"performanceId":' }))).toEqual([400, 'malformed_json']);
    expect(problem(await holds({ performanceId: performance, items: [{ zoneId: 'x', quantity: '2' }] }))).toEqual([
      422,
      'invalid_request',
    ]);
    expect((await holds({ performanceId: 7, items: [] })).body['errors']).toEqual(
      expect.arrayContaining([expect.objectContaining({ path: 'performanceId' })]),
    );
    expect(problem(await holds({ performanceId: performance, pad: 'x'.repeat(5_000_000) }))).toEqual([
      413,
      'payload_too_large',
    ]);
    expect(problem(await call('POST', core('/holds'), { bearer: pass, body: {} }))).toEqual([
      400,
      'idempotency_key_required',
    ]);
    expect(problem(await call('GET', `${edge}/nothing/here`))).toEqual([404, 'not_found']);
    expect(problem(await call('GET', core('/operator/rooms')))).toEqual([401, 'unauthenticated']);
  });
});
