import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { boardOf, laneOf } from '../../contracts/board.fixture.ts';
import { newId } from '../../platform/id.ts';
import { openShop } from '../../edge/identity/shop.fixture.ts';
import { listAudit } from '../../db/queries/audit.ts';
import { startCoreWorld, type CoreWorld } from '../core-world.fixture.ts';

describe("an operator's calls", () => {
  let world: CoreWorld;
  let token: string;
  const version = async () =>
    (await world.sql<{ version: number }[]>`SELECT version FROM rooms WHERE id = 'demo'`)[0]?.version;
  const patch = (body: unknown, headers: Record<string, string> = {}, as = token) =>
    world.call('PATCH', '/v1/operator/rooms/demo', { token: as, body, headers });

  beforeAll(async () => {
    world = await startCoreWorld();
    token = await world.operatorToken('operator');
  });
  afterAll(() => world.close());

  it('need a token of ours whose role suffices', async () => {
    const viewer = await world.operatorToken('viewer');
    const door = await world.operatorToken('door');
    expect((await world.call('GET', '/v1/operator/rooms')).body['code']).toBe('unauthenticated');
    expect((await world.call('GET', '/v1/operator/rooms', { token: `${token}x` })).body['code']).toBe(
      'unauthenticated',
    );
    expect((await world.call('GET', '/v1/operator/rooms', { token: door })).body['code']).toBe('forbidden');
    expect((await world.call('GET', '/v1/operator/rooms', { token: viewer })).status).toBe(200);
    expect(await patch({ newUsersPerMinute: 1 }, {}, viewer)).toMatchObject({
      status: 403,
      body: { code: 'forbidden' },
    });
  });

  it('change settings, count the version and write the audit row with them', async () => {
    const before = await world.call('GET', '/v1/operator/rooms/demo', { token });
    const etag = before.headers.get('etag') ?? '';
    expect(before.body).toMatchObject({ room: 'demo', newUsersPerMinute: 60, state: 'open', performances: ['gala'] });
    const changed = await patch({ newUsersPerMinute: 120 }, { 'if-match': etag });
    expect(changed).toMatchObject({
      status: 200,
      body: { newUsersPerMinute: 120, version: Number(before.body['version']) + 1 },
    });
    expect(changed.headers.get('etag')).toBe(`"${String(changed.body['version'])}"`);
    const { items } = (await world.call('GET', '/v1/operator/audit', { token })).body as { items: unknown[] };
    expect(items[0]).toMatchObject({
      actor: 'ada',
      action: 'room.change',
      before: { newUsersPerMinute: 60 },
      after: { newUsersPerMinute: 120 },
    });
  });

  it('put the shop’s public keys into a room, and ask for identities even before there are any', async () => {
    expect(await patch({ requireIdentity: true })).toMatchObject({
      status: 200,
      body: { requireIdentity: true, identityKeys: [] },
    });
    const { key } = await openShop();
    expect(await patch({ identityKeys: [key] })).toMatchObject({ status: 200, body: { identityKeys: [key] } });
    expect(await patch({ requireIdentity: 'yes' })).toMatchObject({ status: 422 });
    expect(await patch({ requireIdentity: false, identityKeys: [] })).toMatchObject({ status: 200 });
  });

  it('hand the rate to the autopilot with both bounds in order, and see what it does and why', async () => {
    const refused = async (body: object) => (await patch(body)).body['errors'];
    expect(await refused({ mode: 'autopilot' })).toMatchObject([
      { path: 'minUsersPerMinute' },
      { path: 'maxUsersPerMinute' },
    ]);
    expect(await refused({ mode: 'autopilot', minUsersPerMinute: 5 })).toMatchObject([{ path: 'maxUsersPerMinute' }]);
    expect(await refused({ minUsersPerMinute: 31, maxUsersPerMinute: 30 })).toMatchObject([
      { path: 'minUsersPerMinute' },
    ]);
    const bounds = { mode: 'autopilot', minUsersPerMinute: 10, maxUsersPerMinute: 40 };
    expect(await patch(bounds)).toMatchObject({ status: 200, body: bounds });
    expect((await listAudit(world.sql, { cursor: null, subject: 'room:demo', limit: 1 }))[0]).toMatchObject({
      action: 'room.change',
      before: { mode: 'manual', minUsersPerMinute: null },
      after: bounds,
    });
    const stats = async () => (await world.call('GET', '/v1/operator/rooms/demo/stats', { token })).body;
    expect(await stats()).toMatchObject({ effectiveUsersPerMinute: 10, autopilotReason: 'starting' });
    const state = { rate: 25.5, reason: 'pool_wait', healthyMs: 0, settleMs: 0, at: 1 };
    await world.sql`UPDATE rooms SET autopilot = ${world.sql.json(state)} WHERE id = 'demo'`;
    expect(await stats()).toMatchObject({ effectiveUsersPerMinute: 25, autopilotReason: 'pool_wait' });
    expect((await patch({ newUsersPerMinute: 20 })).status).toBe(200);
    expect(await stats(), 'the operator’s rate is the ceiling').toMatchObject({ effectiveUsersPerMinute: 20 });
    expect((await patch({ mode: 'manual', newUsersPerMinute: 60 })).status).toBe(200);
    expect(await stats()).toMatchObject({ effectiveUsersPerMinute: 60, autopilotReason: null });
  });

  it('are refused, changing nothing, when stale, unknown, contradictory or of wrong types', async () => {
    const before = await version();
    expect(await patch({ newUsersPerMinute: 5 }, { 'if-match': '"999"' })).toMatchObject({
      status: 412,
      body: { code: 'stale' },
    });
    expect(await patch({ newUsersPerMinute: 5 }, { 'if-match': 'W/"1"' })).toMatchObject({ status: 412 });
    expect(await patch({ newUsersPerMinute: -1 })).toMatchObject({
      status: 422,
      body: { errors: [{ path: 'newUsersPerMinute' }] },
    });
    expect(await patch({ nothingOfTheKind: 1 })).toMatchObject({ status: 422 });
    expect(await patch({})).toMatchObject({ status: 422 });
    const { key } = await openShop('ES256');
    const secret = await patch({ identityKeys: [{ ...key, d: 'a-private-part' }] });
    expect(secret).toMatchObject({ status: 422, body: { errors: [{ path: 'identityKeys.0' }] } });
    expect(JSON.stringify(secret.body)).toMatch(/is a private or shared key/);
    expect(JSON.stringify(secret.body)).not.toContain('a-private-part');
    // In shape a key, but no point of its curve.
    const off = await patch({ identityKeys: [{ ...key, x: 'A'.repeat(43) }] });
    expect(off).toMatchObject({ status: 422, body: { errors: [{ path: 'identityKeys.0' }] } });
    const times = { lobbyOpensAt: '2099-01-01T10:00:00Z', opensAt: '2099-01-01T09:00:00Z' };
    expect(await patch(times)).toMatchObject({ status: 422, body: { errors: [{ path: 'opensAt' }] } });
    expect(await world.call('PATCH', '/v1/operator/rooms/nowhere', { token, body: { holdLimit: 1 } })).toMatchObject({
      status: 404,
      body: { code: 'room_not_found' },
    });
    expect(await version()).toBe(before);
  });

  it('open a room once: a new opening time is refused after it', async () => {
    const opensAt = '2030-01-01T10:00:00.000Z';
    expect((await patch({ opensAt })).status).toBe(200);
    await world.sql`UPDATE rooms SET opened = true WHERE id = 'demo'`;
    const again = await patch({ opensAt: '2030-01-02T10:00:00.000Z' });
    expect(again).toMatchObject({ status: 422, body: { errors: [{ path: 'opensAt' }] } });
    expect((await patch({ opensAt: null })).status).toBe(200);
  });

  it('let one of two changes through that were made from the same version', async () => {
    const etag = `"${String(await version())}"`;
    const replies = await Promise.all([
      patch({ holdLimit: 3 }, { 'if-match': etag }),
      patch({ holdLimit: 4 }, { 'if-match': etag }),
    ]);
    expect(replies.map((reply) => reply.status).toSorted((a, b) => a - b)).toEqual([200, 412]);
  });

  it('pause and resume once per key, each with a new version', async () => {
    const before = (await version()) ?? 0;
    const post = (action: string, key?: string) =>
      world.call('POST', `/v1/operator/rooms/demo/${action}`, {
        token,
        body: {},
        ...(key === undefined ? {} : { key }),
      });
    expect(await post('pause')).toMatchObject({ status: 400, body: { code: 'idempotency_key_required' } });
    expect(await post('pause', 'k1')).toMatchObject({ status: 200, body: { state: 'paused', version: before + 1 } });
    expect((await post('pause', 'k1')).headers.get('idempotency-replayed')).toBe('true');
    expect(await post('resume', 'k1')).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } });
    expect(await post('resume', newId())).toMatchObject({ status: 200, body: { state: 'open', version: before + 2 } });
  });

  it('read a room’s counts, with and without a board', async () => {
    const read = () => world.call('GET', '/v1/operator/rooms/demo/stats', { token });
    expect((await read()).body).toMatchObject({
      phase: null,
      waiting: 0,
      bookings: { pendingPayment: 0, confirmed: 0 },
    });
    const lanes = { general: laneOf({ waiting: 12 }) };
    const board = boardOf({ tick: 7, active: 4, admittedPerMinute: 30, lanes });
    await world.deps.redis.set('{r:demo}:board', JSON.stringify(board));
    expect((await read()).body).toMatchObject({
      phase: 'open',
      tick: 7,
      waiting: 12,
      active: 4,
      admittedPerMinute: 30,
    });
  });

  it('page through the audit trail from the newest on, and refuse a cursor that is none', async () => {
    for (let i = 0; i < 55; i += 1) await patch({ holdLimit: 1 + (i % 10) });
    const first = (await world.call('GET', '/v1/operator/audit', { token })).body as {
      items: { id: string }[];
      next: string;
    };
    const second = (await world.call('GET', `/v1/operator/audit?cursor=${first.next}`, { token })).body as typeof first;
    const ids = [...first.items, ...second.items].map((item) => item.id);
    expect(first.items).toHaveLength(50);
    expect(second.next).toBeNull();
    expect(ids).toEqual([...new Set(ids)].toSorted().toReversed());
    expect((await world.call('GET', '/v1/operator/audit?cursor=x', { token })).status).toBe(422);
  });
});
