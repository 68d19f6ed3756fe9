import * as v from 'valibot';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createBuyer, type Buyer } from '../../core/buyer.fixture.ts';
import { SHOW } from '../../core/core-world-catalogue.fixture.ts';
import { startCoreWorld, type CoreWorld, type Reply } from '../../core/core-world.fixture.ts';
import { DESCRIBED } from '../../edge/openapi/describe-routes.ts';
import { PROBLEM_MEDIA_TYPE } from '../../contracts/errors.ts';
import { newId } from '../../platform/id.ts';

let world: CoreWorld;
let buyer: Buyer;
beforeAll(async () => {
  world = await startCoreWorld();
  buyer = createBuyer(world);
});
afterAll(() => world.close());

/** The answer, which has to be one that the published document knows: its status, its body, the code of a refusal. */
async function asked(route: string, path: string, options: Parameters<CoreWorld['call']>[2] = {}): Promise<Reply> {
  const [method = ''] = route.split(' ');
  const reply = await world.call(method, path, options);
  const described = DESCRIBED[route.replace(' /v1/', ' /api/core/v1/')];
  if (described === undefined) throw new Error(`${route} is not described`);
  if (reply.headers.get('content-type') === PROBLEM_MEDIA_TYPE) {
    expect(described.codes, route).toContain(reply.body['code']);
    return reply;
  }
  const answer = described.answers[reply.status];
  expect(Object.keys(described.answers), route).toContain(String(reply.status));
  if (answer?.schema !== undefined)
    expect(v.safeParse(answer.schema, reply.body).issues, `${route} ${reply.status}`).toBeUndefined();
  return reply;
}

it('what browsing answers is what the document says', async () => {
  const { headers } = await asked('GET /v1/events', '/v1/events');
  await asked('GET /v1/events', '/v1/events', { headers: { 'if-none-match': headers.get('etag') ?? '' } });
  await asked('GET /v1/events', '/v1/events?on=tomorrow');
  const show = await asked('GET /v1/performances/{id}', `/v1/performances/${SHOW}`);
  expect(show.status).toBe(200);
  await asked('GET /v1/performances/{id}', '/v1/performances/none');
  await asked('GET /v1/performances/{id}/seat-map', `/v1/performances/${SHOW}/seat-map`);
  await asked('GET /v1/performances/{id}/availability', `/v1/performances/${SHOW}/availability`);
});

it('and so is what buying answers, with its refusals', async () => {
  const held = await world.holdSeats([buyer.seat()]);
  const receipt = { token: held.receipt };
  await asked('GET /v1/holds/{id}', `/v1/holds/${held.holdId}`, receipt);
  await asked('GET /v1/holds/{id}', `/v1/holds/${held.holdId}`);
  const body = { receipt: held.receipt, buyer: { name: 'Ada', email: 'ada@example.com' } };
  const order = { ...receipt, body };
  const booked = await asked('POST /v1/bookings', '/v1/bookings', { ...order, key: newId() });
  expect(booked.status).toBe(201);
  expect((await asked('POST /v1/bookings', '/v1/bookings', { ...order, key: newId() })).status).toBe(409);
  expect((await asked('POST /v1/bookings', '/v1/bookings', { key: newId(), body: {} })).status).toBe(401);
  await asked('DELETE /v1/holds/{id}', `/v1/holds/${held.holdId}`, receipt);

  const [id, token] = [String(booked.body['bookingId']), String(booked.body['accessToken'])];
  const post = (action: string) =>
    asked(`POST /v1/bookings/{id}/${action}`, `/v1/bookings/${id}/${action}`, { token, key: newId() });
  expect((await post('payments')).status).toBe(201);
  await asked('GET /v1/bookings/{id}/tickets', `/v1/bookings/${id}/tickets`, { token });
  await buyer.pay(booked);
  await asked('GET /v1/bookings/{id}', `/v1/bookings/${id}`, { token });
  await asked('GET /v1/bookings/{id}/tickets', `/v1/bookings/${id}/tickets`, { token });
  const paid = await post('payments');
  expect(paid, 'its own state beside the status of the answer').toMatchObject({
    status: 409,
    body: { status: 409, bookingStatus: 'confirmed' },
  });
  await post('cancel');
  await post('cancel');
});

it('and so is what waiting in line answers', async () => {
  const wish = { performanceId: SHOW, zoneId: 'standing', partySize: 6, email: 'bea@example.com' };
  const refused = { ...wish, partySize: 0 };
  await asked('POST /v1/waitlist', '/v1/waitlist', { key: newId(), body: refused });
  const joined = await asked('POST /v1/waitlist', '/v1/waitlist', { key: newId(), body: { ...wish, partySize: 2 } });
  expect(joined.status).toBe(201);
  const [path, token] = [`/v1/waitlist/${String(joined.body['id'])}`, String(joined.body['token'])];
  await asked('GET /v1/waitlist/{id}', path, { token });
  await asked('GET /v1/waitlist/{id}', path);
  await asked('DELETE /v1/waitlist/{id}', path, { token });
  await asked('POST /v1/waitlist/{id}/accept', `${path}/accept`, { token, key: newId() });
});

it('and what operators read of rooms, and what the gate reads', async () => {
  const token = await world.operatorToken('door');
  expect((await asked('GET /v1/operator/rooms/{room}', '/v1/operator/rooms/demo', { token })).status).toBe(403);
  const admin = await world.operatorToken('admin');
  const room = { room: 'as-described' };
  const created = await asked('POST /v1/operator/rooms', '/v1/operator/rooms', {
    token: admin,
    key: newId(),
    body: room,
  });
  expect(created.status).toBe(201);
  await asked('GET /v1/operator/rooms/{room}', '/v1/operator/rooms/as-described', { token: admin });
  const scan = { code: 'OT1.none', performanceId: SHOW };
  expect((await asked('POST /v1/check-ins', '/v1/check-ins', { token, key: newId(), body: scan })).status).toBe(200);
  await asked('POST /v1/check-ins', '/v1/check-ins', { key: newId(), body: scan });
  await asked('GET /v1/check-ins/revocations', `/v1/check-ins/revocations?performanceId=${SHOW}`);
});
