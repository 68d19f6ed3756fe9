import { Webhook } from 'standardwebhooks';
import * as v from 'valibot';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { webhookSecretSchema } from '../../contracts/webhooks.ts';
import { newId } from '../../platform/id.ts';
import { createBuyer, type Buyer } from '../buyer.fixture.ts';
import { startCoreWorld, type CoreWorld } from '../core-world.fixture.ts';
import { sendDueWebhooks } from './run-webhooks.ts';
import { createWebhookSender, type WebhookSender } from './send-webhook.ts';
import { startWebhookReceiver, type Delivery, type WebhookReceiver } from '../../tests/support/webhook-receiver.ts';
import { startWebhookLanes } from './webhook-lanes.ts';

const eventSchema = v.object({
  type: v.string(),
  timestamp: v.string(),
  data: v.looseObject({ bookingId: v.optional(v.string()), version: v.optional(v.number()) }),
});

const OTHER_SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

let world: CoreWorld;
let buyer: Buyer;
let operator: string;
let sender: WebhookSender;
let receiver: WebhookReceiver;

beforeAll(async () => {
  world = await startCoreWorld();
  buyer = createBuyer(world);
  operator = await world.operatorToken('operator');
  sender = createWebhookSender(['127.0.0.1']);
  receiver = await startWebhookReceiver();
});
afterAll(async () => {
  receiver.close();
  await sender.close();
  await world.close();
});
beforeEach(() => forget());
afterEach(async () => {
  await world.sql`DELETE FROM webhook_deliveries`;
  await world.sql`DELETE FROM webhook_endpoints`;
});

const call = (method: string, path: string, body?: object, token = operator) =>
  world.call(method, `/v1/operator/webhooks${path}`, {
    token,
    ...(body === undefined ? {} : { body }),
    ...(method === 'POST' ? { key: newId() } : {}),
  });
const register = async (path = '/hook', more: object = {}) => {
  const reply = await call('POST', '', { url: `${receiver.url}${path}`, ...more });
  expect(reply.status).toBe(201);
  return v.parse(webhookSecretSchema, reply.body);
};
const send = () => sendDueWebhooks({ ...world.deps, sender });
/** Makes what was put off due, as if its pause were over. */
const makeDue = () => world.sql`UPDATE webhook_deliveries SET due_at = now() WHERE done_at IS NULL`;
const book = () => buyer.book();
const eventsOf = (deliveries: Delivery[]) => deliveries.map(({ body }) => v.parse(eventSchema, JSON.parse(body)));
const answerAll = () => {
  for (const path of Object.keys(receiver.answers)) receiver.answers[path] = 204;
};
const forget = () => {
  receiver.received.length = 0;
  answerAll();
};
const sortedTypes = (deliveries: Delivery[]) =>
  eventsOf(deliveries)
    .toSorted((one, other) => (one.data.version ?? 0) - (other.data.version ?? 0))
    .map(({ type }) => type);
const verify = (secret: string, { headers, body }: Delivery) => new Webhook(secret).verify(body, headers);

describe('an endpoint', () => {
  it('is told of a payment once, signed, with what was bought and nothing of who bought it', async () => {
    const { secret } = await register();
    const booked = await book();
    await buyer.pay(booked);
    expect(await send()).toBe(1);
    expect(await send()).toBe(0);
    const [only] = receiver.received;
    if (only === undefined) throw new Error('nothing was received');
    expect(receiver.received).toHaveLength(1);
    expect(verify(secret, only)).toEqual({
      type: 'booking.confirmed',
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
      data: {
        bookingId: booked.body['bookingId'],
        performanceId: 'gala',
        status: 'confirmed',
        version: 2,
        items: [{ zoneId: 'stalls', seatId: expect.stringMatching(/^s\d+$/), quantity: 1, priceMinor: 5000 }],
        total: { amountMinor: 5000, currency: 'EUR' },
      },
    });
    expect(only.body).not.toMatch(/Ada|example\.org/);
    expect(() => verify(OTHER_SECRET, only)).toThrow('signature');
  });

  it('is told of every end of a booking, with versions that grow, and of what it asked for only', async () => {
    await register();
    await register('/cancelled-only', { events: ['booking.cancelled'] });
    const cancelled = await book();
    await buyer.pay(cancelled);
    await buyer.post(cancelled, 'cancel');
    await world.drain();
    await buyer.settle(1);
    await send();
    const atFirst = receiver.received.filter(({ path }) => path === '/hook');
    const other = receiver.received.filter(({ path }) => path !== '/hook');
    expect(sortedTypes(atFirst)).toEqual(['booking.confirmed', 'booking.cancelled', 'booking.refunded']);
    expect(other.map(({ body }) => v.parse(eventSchema, JSON.parse(body)).type)).toEqual(['booking.cancelled']);
    const ids = new Set(atFirst.map(({ headers }) => headers['webhook-id']));
    expect(ids.size).toBe(3);
    expect(ids).toContain(other[0]?.headers['webhook-id']);

    forget();
    const expired = await book();
    await world.sql`UPDATE bookings SET pay_by = now() WHERE id = ${String(expired.body['bookingId'])}`;
    await world.drain();
    await send();
    expect(sortedTypes(receiver.received)).toEqual(['booking.expired']);
  });

  it('is told nothing of a change that was not committed', async () => {
    await register();
    const booked = await book();
    const undone = world.sql.begin(async (tx) => {
      await tx`UPDATE bookings SET status = 'cancelled' WHERE id = ${String(booked.body['bookingId'])}`;
      expect(await tx`SELECT 1 FROM webhook_deliveries`).toHaveLength(1);
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    expect(await send()).toBe(0);
  });

  it('gets the same event again until it takes it, then not any more', async () => {
    const { id } = await register();
    await call('POST', `/${id}/test`);
    receiver.answers['/hook'] = 500;
    await send();
    expect(await send()).toBe(0);
    const [row] = await world.sql`SELECT due_at - now() AS pause, last_error FROM webhook_deliveries`;
    expect(row).toMatchObject({
      last_error: 'the receiver answered 500',
      pause: expect.stringMatching(/^00:00:0[456]/),
    });
    await makeDue();
    answerAll();
    await send();
    expect(receiver.received.map(({ headers }) => headers['webhook-id'])).toEqual(
      Array(2).fill(receiver.received[0]?.headers['webhook-id']),
    );
    expect(receiver.received[0]?.body).toBe(receiver.received[1]?.body);
    await makeDue();
    expect(await send()).toBe(0);
    const { items } = (await call('GET', '')).body as { items: object[] };
    expect(items).toMatchObject([{ lastError: 'the receiver answered 500', lastDeliveredAt: expect.any(String) }]);
  });

  it('that never takes an event leaves it to an operator, who has it sent again', async () => {
    const { id } = await register();
    await call('POST', `/${id}/test`);
    receiver.answers['/hook'] = 503;
    for (let attempts = 0; attempts < 20; attempts += 1) {
      await send();
      await makeDue();
    }
    expect(receiver.received).toHaveLength(12);
    const dead = await world.call('GET', '/v1/operator/dead-letters', { token: operator });
    const [letter] = dead.body['items'] as { id: string; kind: string; lastError: string }[];
    expect(letter).toMatchObject({
      kind: 'endpoint.webhook.test',
      lastError: 'the receiver answered 503',
      attempts: 12,
    });
    answerAll();
    const replay = `/v1/operator/dead-letters/${letter?.id}/replay`;
    expect((await world.call('POST', replay, { token: operator, key: newId() })).status).toBe(200);
    expect(await send()).toBe(1);
    expect((await world.call('POST', replay, { token: operator, key: newId() })).status).toBe(404);
  });

  it('that says it is gone gets nothing more until an operator turns it on again', async () => {
    const { id } = await register();
    receiver.answers['/hook'] = 410;
    await call('POST', `/${id}/test`);
    await send();
    const { items } = (await call('GET', '')).body as { items: object[] };
    expect(items).toMatchObject([{ id, enabled: false, lastError: 'the receiver answered 410' }]);
    await buyer.pay(await book());
    expect(await send()).toBe(0);
    expect((await call('PATCH', `/${id}`, { enabled: true })).body).toMatchObject({ enabled: true });
    await buyer.pay(await book());
    forget();
    expect(await send()).toBe(1);
  });

  it('that hangs delays no other', async () => {
    const slow = await register('/slow');
    await register('/quick');
    receiver.answers['/slow'] = null;
    await call('POST', `/${slow.id}/test`);
    const lanes = startWebhookLanes(world.deps);
    lanes.wake();
    await vi.waitFor(() => expect(receiver.received.map(({ path }) => path)).toEqual(['/slow']), { timeout: 2000 });
    for (let i = 0; i < 3; i += 1) {
      await buyer.pay(await book());
      lanes.wake();
    }
    await vi.waitFor(() => expect(receiver.received.filter(({ path }) => path === '/quick')).toHaveLength(3), {
      timeout: 2000,
    });
    receiver.cut();
    await lanes.stop();
  });
});

describe('a secret', () => {
  it('is told once, kept sealed, and replaced with an overlap in which both sign', async () => {
    const { id, secret: old } = await register();
    expect(JSON.stringify((await call('GET', '')).body)).not.toContain('whsec_');
    expect(JSON.stringify(await world.sql`SELECT * FROM webhook_endpoints`)).not.toContain(old.slice(6));
    expect(JSON.stringify(await world.sql`SELECT answer FROM idempotency_keys`)).not.toContain(old.slice(6));
    const { secret, previousUntil } = v.parse(
      webhookSecretSchema,
      (await call('POST', `/${id}/rotate-secret`, {})).body,
    );
    expect(previousUntil).not.toBeNull();
    const tryBoth = async () => {
      forget();
      await call('POST', `/${id}/test`);
      await send();
      const [only] = receiver.received;
      if (only === undefined) throw new Error('nothing was received');
      return [old, secret].map((one) => {
        try {
          return verify(one, only) !== undefined;
        } catch {
          return false;
        }
      });
    };
    expect(await tryBoth()).toEqual([true, true]);
    await world.sql`UPDATE webhook_endpoints SET previous_until = now()`;
    expect(await tryBoth()).toEqual([false, true]);
    await call('POST', `/${id}/rotate-secret`, { overlapSeconds: 0 });
    expect(await tryBoth()).toEqual([false, false]);
  });

  it('that can’t be opened any more signs nothing: nothing is sent', async () => {
    const { id } = await register();
    await call('POST', `/${id}/test`);
    const config = { ...world.deps.config, coreSecret: 'another secret of core' };
    await sendDueWebhooks({ ...world.deps, config, sender });
    expect(receiver.received).toEqual([]);
    expect(await world.sql`SELECT last_error FROM webhook_deliveries`).toMatchObject([
      { last_error: expect.stringContaining('rotate it') },
    ]);
  });
});

describe('operators', () => {
  it('register, change and take endpoints away, within bounds and on record', async () => {
    for (const url of ['http://10.0.0.1/', 'http://example.org/', 'https://169.254.169.254/latest', 'nonsense'])
      expect(await call('POST', '', { url })).toMatchObject({ status: 422, body: { errors: [{ path: 'url' }] } });
    expect((await call('POST', '', { url: `${receiver.url}/`, events: [] })).status).toBe(422);
    expect((await call('POST', '', { url: `${receiver.url}/` }, await world.operatorToken('viewer'))).status).toBe(403);
    expect((await call('GET', '', undefined, await world.operatorToken('viewer'))).status).toBe(403);
    const { id } = await register();
    expect((await call('PATCH', `/${id}`, { url: 'http://10.0.0.1/' })).status).toBe(422);
    expect((await call('PATCH', `/${id}`, { events: ['booking.expired'] })).body).toMatchObject({
      url: `${receiver.url}/hook`,
      events: ['booking.expired'],
    });
    expect((await call('DELETE', `/${id}`)).status).toBe(204);
    for (const path of [`/${id}`, '/nothing']) expect((await call('DELETE', path)).status).toBe(404);
    const { items } = (await world.call('GET', '/v1/operator/audit', { token: operator })).body as { items: object[] };
    expect(JSON.stringify(items)).not.toContain('/hook');
    expect(items.slice(0, 3)).toMatchObject([
      { action: 'webhook.delete' },
      { action: 'webhook.change' },
      { action: 'webhook.create' },
    ]);
    await Promise.all(Array.from({ length: 20 }, () => register()));
    expect(await call('POST', '', { url: `${receiver.url}/` })).toMatchObject({
      status: 409,
      body: { code: 'limit_reached' },
    });
  });
});
