import { serve } from '@hono/node-server';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLogger } from '../../platform/log.ts';
import type { RunningService } from '../../platform/service.ts';
import { startSandboxPayments } from './start.ts';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const payment = { paymentId: 'p-1', amountMinor: 1250, currency: 'EUR', returnUrl: 'http://127.0.0.1:1/shop/' };

describe('the sandbox provider', () => {
  const received: { headers: Record<string, string>; body: string }[] = [];
  let refuseNext = 0;
  let receiver: ReturnType<typeof serve>;
  let webhookUrl: string;
  let dataFolder: string;
  let sandbox: RunningService & { url: string };

  const start = () =>
    startSandboxPayments({
      host: '127.0.0.1',
      port: 0,
      dataFolder,
      webhookUrl,
      webhookSecret: SECRET,
      log: createLogger('sandbox-payments', 'silent'),
    });
  const call = (method: string, path: string, body?: unknown, key?: string) =>
    fetch(sandbox.url + path, {
      method,
      redirect: 'manual',
      headers: { 'content-type': 'application/json', ...(key === undefined ? {} : { 'idempotency-key': key }) },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  const typeOf = ({ body }: { body: string }): unknown => (JSON.parse(body) as { type: unknown }).type;
  const until = (count: number) =>
    vi.waitFor(() => expect(received).toHaveLength(count), { timeout: 5000, interval: 20 });

  beforeAll(async () => {
    const address = await new Promise<AddressInfo>((resolve) => {
      const fetchOnce = async (request: Request) => {
        received.push({ headers: Object.fromEntries(request.headers), body: await request.text() });
        return new Response(null, { status: refuseNext-- > 0 ? 500 : 204 });
      };
      receiver = serve({ fetch: fetchOnce, hostname: '127.0.0.1', port: 0 }, resolve);
    });
    webhookUrl = `http://127.0.0.1:${address.port}/hook`;
  });
  afterAll(() => void receiver.close());
  beforeEach(async () => {
    received.length = 0;
    refuseNext = 0;
    dataFolder = await mkdtemp(join(tmpdir(), 'onsale-sandbox-'));
    sandbox = await start();
  });
  afterEach(async () => {
    await sandbox.stop();
    await rm(dataFolder, { recursive: true, force: true });
  });

  it('makes a payment once per key, and refuses the key with other values', async () => {
    expect((await call('POST', '/payments', payment, 'p-1')).status).toBe(201);
    expect((await call('POST', '/payments', payment, 'p-1')).status).toBe(200);
    const other = await call('POST', '/payments', { ...payment, amountMinor: 1 }, 'p-1');
    expect(other.status).toBe(422);
    expect(await other.json()).toMatchObject({ code: 'idempotency_key_reused' });
    expect((await call('POST', '/payments', payment)).status).toBe(400);
  });

  it('takes a payment on its hosted page without script and leads back to the shop', async () => {
    await call('POST', '/payments', payment, 'p-1');
    const page = await (await call('GET', '/pay/p-1')).text();
    expect(page).toContain('Pay €12.50');
    expect(page).not.toContain('<script');
    const paid = await fetch(`${sandbox.url}/pay/p-1`, {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams({ outcome: 'succeed' }),
    });
    expect(paid.status).toBe(303);
    expect(paid.headers.get('location')).toBe(payment.returnUrl);
    await until(1);
  });

  it('signs its webhooks as Standard Webhooks do, as many copies as wished', async () => {
    await call('POST', '/payments', payment, 'p-1');
    await call('POST', '/payments/p-1/complete', { outcome: 'succeed', webhook: { copies: 3 } });
    await until(3);
    const [first] = received;
    expect(new Set(received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(new Webhook(SECRET).verify(first?.body ?? '', first?.headers ?? {})).toMatchObject({
      type: 'payment.succeeded',
      data: { paymentId: 'p-1', amountMinor: 1250, currency: 'EUR' },
    });
  });

  it('sends a webhook again that was refused, with the same id', async () => {
    refuseNext = 1;
    await call('POST', '/payments', payment, 'p-1');
    await call('POST', '/payments/p-1/complete', { outcome: 'fail' });
    await until(2);
    expect(received[0]?.headers['webhook-id']).toBe(received[1]?.headers['webhook-id']);
  });

  it('signs wrongly when asked to', async () => {
    await call('POST', '/payments', payment, 'p-1');
    await call('POST', '/payments/p-1/complete', { outcome: 'succeed', webhook: { badSignature: true } });
    await until(1);
    expect(() => new Webhook(SECRET).verify(received[0]?.body ?? '', received[0]?.headers ?? {})).toThrow('signature');
  });

  it('lets a later webhook overtake one that wished to come out of order', async () => {
    await call('POST', '/payments', payment, 'p-1');
    await call('POST', '/payments/p-1/complete', { outcome: 'succeed', webhook: { reorder: true } });
    await call('POST', '/payments/p-1/refunds', { amountMinor: 50 }, 'r-1');
    await until(2);
    expect(received.map(typeOf)).toEqual(['refund.succeeded', 'payment.succeeded']);
  });

  it('refunds no more than it captured, and once per key', async () => {
    await call('POST', '/payments', payment, 'p-1');
    expect((await call('POST', '/payments/p-1/refunds', { amountMinor: 50 }, 'r-0')).status).toBe(409);
    await call('POST', '/payments/p-1/complete', { outcome: 'succeed' });
    expect((await call('POST', '/payments/p-1/refunds', { amountMinor: 1000 }, 'r-1')).status).toBe(201);
    expect((await call('POST', '/payments/p-1/refunds', { amountMinor: 1000 }, 'r-1')).status).toBe(200);
    expect((await call('POST', '/payments/p-1/refunds', { amountMinor: 251 }, 'r-2')).status).toBe(409);
    expect(await (await call('GET', '/payments/p-1')).json()).toMatchObject({
      capturedMinor: 1250,
      refundedMinor: 1000,
    });
  });

  it('cancels an open payment, and says so when it is already paid', async () => {
    await call('POST', '/payments', payment, 'p-1');
    expect((await call('POST', '/payments/p-1/cancel')).status).toBe(200);
    expect((await call('POST', '/payments/p-1/complete', { outcome: 'succeed' })).status).toBe(409);
    await call('POST', '/payments', { ...payment, paymentId: 'p-2' }, 'p-2');
    await call('POST', '/payments/p-2/complete', { outcome: 'succeed' });
    const refused = await call('POST', '/payments/p-2/cancel');
    expect(refused.status).toBe(409);
    expect(await refused.json()).toMatchObject({ code: 'payment_succeeded', payment: { amountMinor: 1250 } });
  });

  it('is down, slow or forgets webhooks when told to, and is itself again when told so', async () => {
    await call('POST', '/payments', payment, 'p-1');
    await call('PATCH', '/faults', { down: true, dropWebhooks: true });
    expect((await call('GET', '/payments/p-1')).status).toBe(503);
    expect((await call('PATCH', '/faults', { down: 'yes' })).status).toBe(422);
    await call('PATCH', '/faults', { down: false });
    expect((await call('POST', '/payments/p-1/complete', { outcome: 'succeed' })).status).toBe(200);
    await call('PATCH', '/faults', { dropWebhooks: false });
    await call('POST', '/payments', { ...payment, paymentId: 'p-2' }, 'p-2');
    await call('POST', '/payments/p-2/complete', { outcome: 'fail' });
    await until(1);
    expect(received.map(typeOf)).toEqual(['payment.failed']);
  });

  it('answers bad input with problem documents', async () => {
    expect((await call('POST', '/payments', '{', 'k')).status).toBe(400);
    const wrong = await call('POST', '/payments', { ...payment, amountMinor: '1' }, 'k');
    expect(wrong.status).toBe(422);
    expect(wrong.headers.get('content-type')).toBe('application/problem+json');
    expect(await wrong.json()).toMatchObject({ errors: [{ path: 'amountMinor' }] });
    expect((await call('POST', '/payments', 'x'.repeat(20_000), 'k')).status).toBe(413);
    expect((await call('GET', '/nothing')).status).toBe(404);
  });

  it('keeps its ledger and its undelivered webhooks over a restart', async () => {
    refuseNext = 1;
    await call('POST', '/payments', payment, 'p-1');
    await call('POST', '/payments/p-1/complete', { outcome: 'succeed' });
    await until(1);
    await sandbox.stop();
    sandbox = await start();
    expect(await (await call('GET', '/payments')).json()).toMatchObject({
      items: [{ paymentId: 'p-1', status: 'succeeded' }],
      next: null,
    });
    await until(2);
  });
});
