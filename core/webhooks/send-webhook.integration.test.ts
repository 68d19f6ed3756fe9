import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createWebhookSender, type WebhookSender } from './send-webhook.ts';

const TIMEOUT_MS = 100;
let server: Server;
let origin: string;
let seen: string[] = [];
let sender: WebhookSender;

beforeAll(async () => {
  server = createServer((request, response) => {
    seen.push(request.url ?? '');
    if (request.url === '/silent') return;
    if (request.url === '/elsewhere') response.setHeader('location', '/hook');
    const statuses: Record<string, number> = { '/elsewhere': 307, '/broken': 500, '/gone': 410, '/endless': 200 };
    response.writeHead(statuses[request.url ?? ''] ?? 204);
    response.write(request.url === '/endless' ? 'x'.repeat(1_000_000) : '');
    if (request.url !== '/endless') response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  sender = createWebhookSender(['127.0.0.1']);
});
afterAll(async () => {
  await sender.close();
  server.closeAllConnections();
  server.close();
});

it('tells what a receiver took, what it did not, and what it wants no more', async () => {
  expect(await sender.send(`${origin}/hook`, {}, '{}')).toEqual({ kind: 'taken' });
  expect(await sender.send(`${origin}/broken`, {}, '{}')).toEqual({
    kind: 'failed',
    error: 'the receiver answered 500',
  });
  expect(await sender.send(`${origin}/gone`, {}, '{}')).toEqual({ kind: 'gone' });
  expect(await sender.send('http://127.0.0.1:1/', {}, '{}')).toEqual({
    kind: 'failed',
    error: 'the receiver could not be reached (ECONNREFUSED)',
  });
});

it('follows no redirect', async () => {
  seen = [];
  expect(await sender.send(`${origin}/elsewhere`, {}, '{}')).toMatchObject({ error: 'the receiver answered 307' });
  expect(seen).toEqual(['/elsewhere']);
});

it('waits for no answer longer than its time, and reads little of an endless one', async () => {
  const hasty = createWebhookSender(['127.0.0.1'], { timeoutMs: TIMEOUT_MS });
  const error = `the receiver took longer than ${TIMEOUT_MS} ms`;
  expect(await hasty.send(`${origin}/silent`, {}, '{}')).toEqual({ kind: 'failed', error });
  await hasty.close();
  expect(await sender.send(`${origin}/endless`, {}, '{}')).toEqual({ kind: 'taken' });
});

it('connects to no name that leads inside, whatever it led to when it was registered', async () => {
  seen = [];
  const inside = createWebhookSender([], {
    resolve: async () => ({ kind: 'found', addresses: [{ address: '127.0.0.1', family: 4 }] }),
  });
  const answer = await inside.send(`https://hooks.example.org:${new URL(origin).port}/hook`, {}, '{}');
  expect(answer).toEqual({ kind: 'failed', error: 'the host has no public address' });
  expect(await inside.send(`${origin}/hook`, {}, '{}')).toEqual({
    kind: 'failed',
    error: 'the address must begin with https',
  });
  expect(seen).toEqual([]);
  await inside.close();
});
