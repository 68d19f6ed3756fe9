import { expect, it, vi } from 'vitest';
import { createLogger } from '../platform/log.ts';
import type { ScriptClient } from '../redis/script-client.ts';
import { createHereBatch } from './here-batch.ts';
import { createVisitor, type Visitor } from './visitor.ts';

it('who is drawn in a round that is not over is told to wait, and holds up nobody’s answer', async () => {
  const asked: unknown[] = [];
  const client: ScriptClient = {
    run: (_name, _keys, args) => {
      asked.push(...args);
      return Promise.resolve([['ready', '7', 0, '5000', '', '', '1', '1800000000000']]);
    },
    get: () => Promise.reject(new Error('nobody reads')),
    isMember: () => Promise.reject(new Error('nobody looks')),
  };
  const heard: Record<string, object[]> = { drawn: [], called: [] };
  const visitor = (sub: string, place: object): Visitor => {
    const claims = { iss: '', aud: '', iat: 0, exp: 0, sub, room: 'demo', lane: 'general', ...place };
    const outbox = {
      send: (message: object) => Boolean(heard[sub]?.push(message)),
      offer: () => true,
      close: () => {},
    };
    return createVisitor(claims, outbox);
  };
  const batch = createHereBatch('demo', client, createLogger('test', 'silent'), 1);
  batch.add(visitor('drawn', { round: { minute: 30_000_000, base: 2 } }));
  batch.add(visitor('called', { score: '7' }));
  await vi.waitFor(() => expect(heard['called']).toHaveLength(1));
  expect(heard['called']).toEqual([{ type: 'place', state: 'ready', score: '7', againMs: 5000 }]);
  expect(heard['drawn']).toEqual([{ type: 'place', state: 'waiting' }]);
  expect(asked).not.toContain('drawn');
});
