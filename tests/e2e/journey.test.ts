import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBuyer, eventually, stateOf } from '../support/buyer.ts';
import { callPatiently as call, freshKey, textOf, type Answer } from '../support/http.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { admitted, join, waitForPass } from '../support/visitor.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts';

let stack: Stack;
let receiver: WebhookReceiver;
let edge: string;
let performanceId: string;
let buyer: ReturnType<typeof createBuyer>;

beforeAll(async () => {
  [stack, receiver] = await Promise.all([startStack(), startWebhookReceiver()]);
  edge = stack.ready.edgeUrl;
  performanceId = stack.ready.rooms['demo']?.performances[0] ?? '';
  buyer = createBuyer(stack.ready, performanceId);
});
afterAll(async () => {
  receiver.close();
  await stack.dispose();
});

describe('the way from the line to the gate', () => {
  it('leads a visitor from joining to a ticket with a QR, and out again', async () => {
    const ticket = await join(edge, 'demo');
    const place = await call('GET', `${edge}/api/rooms/demo/tickets/me`, { bearer: ticket });
    expect(place.body).toMatchObject({ room: 'demo', lane: 'general' });
    const board = await call('GET', `${edge}/api/rooms/demo/board`);
    expect(board.headers.get('cache-control')).toContain('max-age=1');
    expect(board.text.length).toBeLessThanOrEqual(4096);

    const pass = textOf(await waitForPass(edge, 'demo', ticket), 'pass');
    const keys: JSONWebKeySet = JSON.parse((await call('GET', `${edge}/.well-known/jwks.json`)).text);
    const expected = { typ: 'access-pass+jwt', audience: 'core', issuer: edge };
    const verified = await jwtVerify(pass, createLocalJWKSet(keys), expected);
    expect(verified.payload['room']).toBe('demo');

    const seats = await buyer.freeSeats(2);
    const zoneId = seats[0]?.zoneId;
    const ids = seats.map((seat) => seat.id);
    const shown = (states: Buffer) => seats.map((seat) => stateOf(states, seat.index));
    const hold = await buyer.hold(pass, [{ zoneId, seats: ids }]);
    expect(hold.status, hold.text).toBe(201);
    expect(hold.body).toMatchObject({ total: { currency: 'GBP' } });
    await eventually('the seats show as held', buyer.states, (states) => shown(states).join() === '1,1');

    const key = crypto.randomUUID();
    const booking = await buyer.book(hold, 'Asha Rao', key);
    expect(booking.status, booking.text).toBe(201);
    const replay = await buyer.book(hold, 'Asha Rao', key);
    expect(replay.headers.get('idempotency-replayed')).toBe('true');
    expect(replay.body['bookingId']).toBe(booking.body['bookingId']);

    const endpoint = await call('POST', buyer.core('/operator/webhooks'), {
      body: { url: receiver.url },
      bearer: stack.ready.operatorToken,
      headers: freshKey(),
    });
    expect(endpoint.status, endpoint.text).toBe(201);
    await buyer.pay(booking);
    const isConfirmed = (answer: Answer) => answer.body['status'] === 'confirmed';
    const confirmed = await eventually('the booking is confirmed', () => buyer.booking(booking), isConfirmed);
    expect(confirmed.body).toMatchObject({ buyer: { name: 'Asha Rao' } });
    await eventually('the seats show as sold', buyer.states, (states) => shown(states).join() === '2,2');
    const heard = async () => receiver.received[0];
    const told = await eventually('the operator’s endpoint is told', heard, (delivery) => delivery !== undefined);
    expect(new Webhook(textOf(endpoint, 'secret')).verify(told?.body ?? '', told?.headers ?? {})).toMatchObject({
      type: 'booking.confirmed',
      data: { bookingId: booking.body['bookingId'] },
    });

    const ticketsUrl = buyer.core(`/bookings/${textOf(booking, 'bookingId')}/tickets`);
    const bearer = textOf(booking, 'accessToken');
    const { tickets }: { tickets: { seat: string; qrSvgUrl: string }[] } = JSON.parse(
      (await call('GET', ticketsUrl, { bearer })).text,
    );
    expect(tickets.map((entry) => entry.seat).toSorted()).toEqual(ids.toSorted());
    const qr = await call('GET', new URL(tickets[0]?.qrSvgUrl ?? '', edge).href, { bearer });
    expect(qr.text).toContain('<svg');
    expect((await call('GET', ticketsUrl, { bearer: 'bk_somebody-elses' })).status).toBe(404);

    expect((await call('DELETE', `${edge}/api/rooms/demo/passes/me`, { bearer: pass })).status).toBe(204);
    const spent = await call('POST', `${edge}/api/rooms/demo/passes`, { bearer: ticket });
    expect([spent.status, spent.body['code']]).toEqual([410, 'ticket_spent']);
    const ended = await buyer.hold(pass, [{ zoneId, seats: ids }]);
    expect([ended.status, ended.body['code']]).toEqual([403, 'session_ended']);
  });

  it('holds a number of places in a standing zone, extends and releases them', async () => {
    const { pass } = await admitted(edge, 'demo');
    const view: { zones: { id: string; kind: string }[] } = JSON.parse(
      (await call('GET', buyer.core(`/performances/${performanceId}`))).text,
    );
    const zoneId = view.zones.find((zone) => zone.kind === 'general')?.id;
    const hold = await buyer.hold(pass, [{ zoneId, quantity: 3 }]);
    expect(hold.status, hold.text).toBe(201);
    const holdUrl = buyer.core(`/holds/${textOf(hold, 'holdId')}`);
    const extension = { bearer: pass, headers: freshKey(), body: { receipt: textOf(hold, 'receipt') } };
    const extended = await call('POST', `${holdUrl}/extend`, extension);
    expect(extended.status, extended.text).toBe(200);
    expect((await call('DELETE', holdUrl, { bearer: textOf(extended, 'receipt') })).status).toBe(204);
  });

  it('takes an operator’s new limits within two ticks, and refuses a stale change', async () => {
    const bearer = stack.ready.operatorToken;
    const url = buyer.core('/operator/rooms/demo');
    const etag = (await call('GET', url, { bearer })).headers.get('etag') ?? '';
    const change = (body: object) => call('PATCH', url, { bearer, headers: { 'if-match': etag }, body });
    const changed = await change({ totalActiveUsers: 321 });
    expect(changed.status, changed.text).toBe(200);
    const stale = await change({ totalActiveUsers: 1 });
    expect([stale.status, stale.body['code']]).toEqual([412, 'stale']);
    const board = () => call('GET', `${edge}/api/rooms/demo/board`);
    await eventually('the board shows the new capacity', board, (answer) => answer.body['capacity'] === 321);
    expect((await call('GET', buyer.core('/operator/audit'), { bearer })).text).toContain('321');
  });
});

describe('bad input', () => {
  const problem = (answer: Answer) => {
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    const members = { type: expect.any(String), title: expect.any(String), requestId: expect.any(String) };
    expect(answer.body).toMatchObject({ ...members, status: answer.status });
    return [answer.status, answer.body['code']];
  };

  it('is answered with a problem that has a code, and changes nothing', async () => {
    const { pass } = await admitted(edge, 'demo');
    const before = await buyer.states();
    const post = (options: Parameters<typeof call>[2]) =>
      call('POST', buyer.core('/holds'), { bearer: pass, headers: freshKey(), ...options });
    const wrongType = await post({ body: { performanceId: 7, items: [] } });
    expect(problem(wrongType)).toEqual([422, 'invalid_request']);
    expect(wrongType.body['errors']).toEqual(
      expect.arrayContaining([expect.objectContaining({ path: 'performanceId' })]),
    );
    const quantity = (value: unknown) => post({ body: { performanceId, items: [{ zoneId: 'x', quantity: value }] } });
    for (const value of [0, -1, 1.5, 1e9, '2', null]) {
      expect(problem(await quantity(value))).toEqual([422, 'invalid_request']);
    }
    expect(problem(await post({ rawBody: '{"performanceId":' }))).toEqual([400, 'malformed_json']);
    expect(problem(await post({ body: { pad: 'x'.repeat(5_000_000) } }))).toEqual([413, 'payload_too_large']);
    const noKey = await call('POST', buyer.core('/holds'), { bearer: pass, body: {} });
    expect(problem(noKey)).toEqual([400, 'idempotency_key_required']);
    expect(problem(await call('POST', `${edge}/api/rooms/nowhere/tickets`, { body: {} }))).toEqual([
      404,
      'room_not_found',
    ]);
    expect(problem(await call('GET', buyer.core('/performances/nowhere')))).toEqual([404, 'performance_not_found']);
    expect(problem(await call('GET', `${edge}/nothing/here`))).toEqual([404, 'not_found']);
    expect(problem(await call('GET', buyer.core('/operator/rooms')))).toEqual([401, 'unauthenticated']);
    expect((await buyer.states()).equals(before)).toBe(true);
  });
});
