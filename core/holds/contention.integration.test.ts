import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createNodeScriptClient } from '../../redis/client.node.ts';
import { SCRIPTS } from '../../redis/scripts.generated.ts';
import { createApp } from '../app.ts';
import { type CoreWorld, openCore } from '../core.fixture.ts';
import type { CoreApp } from '../http/context.ts';

const BUYERS = 200;
const SEATS = 50;

let world: CoreWorld;
beforeAll(async () => {
  world = await openCore();
});
afterAll(() => world.close());

/** Everyone asks for one seat at the same moment, four rivals a seat. */
async function storm(epoch: number, app: CoreApp): Promise<{ seat: string; status: number; named: string[] }[]> {
  await world.deps.redis.flushall();
  await world.openRoom('demo', epoch);
  const performance = await world.deps.catalogue.performance('concert-1');
  if (performance === null) throw new Error('the fixture has a concert');
  await world.deps.inventory.load(performance);
  const visitors = await Promise.all(Array.from({ length: BUYERS }, () => world.admit()));
  return Promise.all(
    visitors.map(async ({ pass }, i) => {
      const seat = `a-${(i % SEATS) + 1}`;
      const response = await app.request('/v1/holds', {
        method: 'POST',
        headers: {
          authorization: `Bearer ${pass}`,
          'content-type': 'application/json',
          'idempotency-key': `buyer-${i}`,
        },
        body: JSON.stringify({ performanceId: 'concert-1', items: [{ zoneId: 'stalls', seats: [seat] }] }),
      });
      const body = (await response.json()) as { code?: string; seats?: string[] };
      return { seat, status: response.status, named: body.code === 'seats_unavailable' ? (body.seats ?? []) : [] };
    }),
  );
}

const holdersBySeat = (answers: { seat: string; status: number }[]) => {
  const count = new Map<string, number>();
  for (const { seat, status } of answers) if (status === 201) count.set(seat, (count.get(seat) ?? 0) + 1);
  return count;
};

it('gives 50 seats to 50 of 200 buyers, each once, and tells the others which seat was taken', async () => {
  const answers = await storm(1, world.app);
  const holders = holdersBySeat(answers);
  expect([holders.size, Math.max(...holders.values())]).toEqual([SEATS, 1]);
  const refused = answers.filter(({ status }) => status !== 201);
  expect(refused).toHaveLength(BUYERS - SEATS);
  for (const { seat, status, named } of refused) expect({ status, named }).toEqual({ status: 409, named: [seat] });
});

it('would give seats twice if a taken seat were not looked at: the control that shows the check can fail', async () => {
  const guard = 'if not clash then return nil end';
  const shipped = SCRIPTS['place-hold'].lua;
  const lua = shipped.replace(guard, 'do return nil end');
  expect(lua).not.toBe(shipped);
  const unguarded = { ...SCRIPTS, 'place-hold': { lua, sha1: createHash('sha1').update(lua).digest('hex') } };
  const app = createApp({ ...world.deps, scripts: createNodeScriptClient(world.deps.redis, unguarded) });
  expect(Math.max(...holdersBySeat(await storm(2, app)).values())).toBeGreaterThan(1);
});
