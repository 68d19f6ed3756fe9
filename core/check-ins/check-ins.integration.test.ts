import { createLocalJWKSet } from 'jose';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { addPerformance } from '../../db/queries/add-catalogue.ts';
import { lockTicket } from '../../db/queries/check-ins.ts';
import { newId } from '../../platform/id.ts';
import { judgeOffline } from '../../tokens/judge-offline.ts';
import { verifyRevocationList } from '../../tokens/revocation-list.verify.ts';
import { createBuyer, type Buyer } from '../buyer.fixture.ts';
import { evening } from '../core-world-catalogue.fixture.ts';
import { ORIGIN, SHOW, startCoreWorld, type CoreWorld, type Reply } from '../core-world.fixture.ts';

const NEXT_DAY = 'gala-next-day';
const ticketsSchema = v.object({ tickets: v.array(v.object({ id: v.string(), code: v.string() })) });
const resultsSchema = v.object({ results: v.array(v.looseObject({ result: v.string(), conflict: v.boolean() })) });

let world: CoreWorld;
let buyer: Buyer;
let door: string;

beforeAll(async () => {
  world = await startCoreWorld({ standing: 50 });
  buyer = createBuyer(world);
  door = await world.operatorToken('door');
  await world.sql.begin((tx) => addPerformance(tx, evening(NEXT_DAY, '2099-01-02T19:00:00.000Z')));
});
afterAll(() => world.close());

const scan = (code: string, { gate = 'north', performanceId = SHOW, key = newId(), token = door } = {}) =>
  world.call('POST', '/v1/check-ins', { token, key, body: { code, performanceId, gate } });
const handIn = (gate: string, scans: object[]) =>
  world.call('POST', '/v1/check-ins/offline', {
    token: door,
    key: newId(),
    body: { gate, performanceId: SHOW, scans },
  });
const offline = (code: string, secondsAgo = 0) => ({
  scanId: newId(),
  code,
  scannedAt: new Date(Date.now() - 1000 * secondsAgo).toISOString(),
});
const resultOf = ({ body }: Reply) => body['result'];
/** Cancels a paid booking; what that brings from the provider is waited for. */
async function cancel(booked: Reply): Promise<Reply> {
  const reply = await buyer.post(booked, 'cancel');
  if (reply.status === 200) {
    await world.drain();
    await buyer.settle(1);
  }
  return reply;
}

/** A paid booking and the tickets in it. */
async function sold(
  wish: { standing?: number } = {},
): Promise<{ booked: Reply; tickets: { id: string; code: string }[] }> {
  const booked = await buyer.book(wish);
  await buyer.pay(booked);
  const opened = await buyer.open(booked, '/tickets');
  expect(opened.status, JSON.stringify(opened.body)).toBe(200);
  return { booked, tickets: v.parse(ticketsSchema, opened.body).tickets };
}

async function oneSold() {
  const { booked, tickets } = await sold();
  const [ticket] = tickets;
  if (ticket === undefined) throw new Error('no ticket was given out');
  return { booked, ...ticket };
}

describe('a ticket at the gate', () => {
  it('lets one in, of twenty who show copies of it at once, and tells the others when and where', async () => {
    const { id, code } = await oneSold();
    const replies = await Promise.all(Array.from({ length: 20 }, (_, n) => scan(code, { gate: `gate ${n}` })));
    const admitted = replies.filter((reply) => resultOf(reply) === 'admit');
    expect(admitted).toHaveLength(1);
    const first = admitted[0]?.body;
    expect(first).toMatchObject({ ticketId: id, performanceId: SHOW, zone: 'stalls' });
    for (const { status, body } of replies.filter((reply) => !admitted.includes(reply)))
      expect([status, body]).toEqual([200, { ...first, result: 'already_in' }]);
  });

  it('would let more than one in if gates looked first and wrote then: the control', async () => {
    await world.sql`CREATE TABLE unguarded_check_ins (ticket_id uuid NOT NULL)`;
    const ticketId = newId();
    const lookThenWrite = () =>
      world.sql.begin(async (tx) => {
        const known = await tx`SELECT 1 FROM unguarded_check_ins WHERE ticket_id = ${ticketId}`;
        await tx`SELECT pg_sleep(0.05)`;
        if (known.length === 0) await tx`INSERT INTO unguarded_check_ins VALUES (${ticketId})`;
      });
    await Promise.all(Array.from({ length: 5 }, lookThenWrite));
    expect((await world.sql`SELECT 1 FROM unguarded_check_ins`).length).toBeGreaterThan(1);
  });

  it('gives a scanner that asks again with its key the same answer', async () => {
    const [{ code }, key] = [await oneSold(), newId()];
    const [before, after] = [await scan(code, { key }), await scan(code, { key })];
    expect([before.body, resultOf(before)]).toEqual([after.body, 'admit']);
    expect(after.headers.get('idempotency-replayed')).toBe('true');
  });

  it('tells a forged, an other day’s, a cancelled and a reissued one apart, each without letting anybody in', async () => {
    const [good, gone, old] = [await oneSold(), await oneSold(), await oneSold()];
    expect((await cancel(gone.booked)).status).toBe(200);
    await world.sql`UPDATE entry_tickets SET version = 2 WHERE id = ${old.id}`;
    const forged = good.code.slice(0, -4) + (good.code.endsWith('AAAA') ? 'BBBB' : 'AAAA');
    expect(resultOf(await scan(forged))).toBe('forged');
    expect((await scan('no ticket at all')).body).toEqual({ result: 'forged' });
    expect(resultOf(await scan(good.code, { performanceId: NEXT_DAY }))).toBe('wrong_performance');
    expect((await scan(gone.code)).body).toMatchObject({ result: 'revoked', reason: 'cancelled' });
    expect(resultOf(await scan(old.code))).toBe('revoked');
    expect(resultOf(await scan(good.code))).toBe('admit');
  });

  it('is scanned by the door’s people alone', async () => {
    const { code } = await oneSold();
    expect((await scan(code, { token: await world.operatorToken('operator') })).body['code']).toBe('forbidden');
    expect((await scan(code, { token: await world.operatorToken('viewer') })).body['code']).toBe('forbidden');
    expect((await scan(code, { token: `${door}x` })).body['code']).toBe('unauthenticated');
    expect((await scan(code, { performanceId: 'nowhere' })).body['code']).toBe('performance_not_found');
    expect(resultOf(await scan(code, { token: await world.operatorToken('admin') }))).toBe('admit');
  });

  it('is either used or cancelled, however close together', async () => {
    for (let round = 0; round < 8; round += 1) {
      const { booked, code } = await oneSold();
      const [scanned, cancelled] = await Promise.all([scan(code), cancel(booked)]);
      const pair = [resultOf(scanned), cancelled.status];
      expect(
        [
          ['admit', 409],
          ['revoked', 200],
        ],
        `round ${round}`,
      ).toContainEqual(pair);
      if (cancelled.status === 409)
        expect(cancelled.body).toMatchObject({ code: 'booking_not_cancellable', checkedIn: true });
    }
  });
});

describe('a gate without a network', () => {
  /** What a gate fetches while it has one. */
  async function prepare() {
    const keys = v.parse(
      v.object({ keys: v.array(v.looseObject({ kid: v.string(), x: v.string() })) }),
      (await world.call('GET', '/v1/check-ins/keys')).body,
    );
    const view = await world.call('GET', `/v1/check-ins/revocations?performanceId=${SHOW}`);
    expect(view.headers.get('cache-control')).toBe('public, max-age=5');
    const set = createLocalJWKSet({
      keys: keys.keys.map((key) => ({ kty: 'OKP', crv: 'Ed25519', kid: key.kid, x: key.x })),
    });
    const [list, expected] = [String(view.body['list']), { issuer: ORIGIN, nowMs: Date.now() }];
    const revocations = await verifyRevocationList(set, list, expected);
    if (revocations === null) throw new Error('the list is not ours');
    expect(await verifyRevocationList(set, `${list.slice(0, -3)}AAA`, expected)).toBeNull();
    return {
      performanceId: SHOW,
      keys: keys.keys,
      revoked: revocations.ticketIds,
      transferred: revocations.transferred,
      letIn: new Set<string>(),
    };
  }

  it('tells the same as one with a network, of all that was known when it lost it', async () => {
    const [good, gone] = [await oneSold(), await oneSold()];
    await cancel(gone.booked);
    const gate = await prepare();
    expect((await judgeOffline(gate, good.code)).result).toBe('admit');
    gate.letIn.add(good.id);
    expect((await judgeOffline(gate, good.code)).result).toBe('already_in');
    expect(await judgeOffline(gate, gone.code)).toMatchObject({ result: 'revoked', reason: 'cancelled' });
    expect((await judgeOffline({ ...gate, performanceId: NEXT_DAY }, good.code)).result).toBe('wrong_performance');
    expect(await judgeOffline(gate, `${good.code}x`)).toEqual({ result: 'forged' });
  });

  it('hands its scans in later, once: the earliest of a ticket counts, and the rest are shown as conflicts', async () => {
    const [copied, gone, fresh] = [await oneSold(), await oneSold(), await oneSold()];
    await cancel(gone.booked);
    const north = [offline(copied.code, 60), offline(fresh.code, 50)];
    const south = [offline(gone.code, 10), offline(copied.code, 30), offline(copied.code, 40)];
    const told = v.parse(resultsSchema, (await handIn('north', north)).body).results;
    expect(told.map(({ result }) => result)).toEqual(['admit', 'admit']);
    const later = v.parse(resultsSchema, (await handIn('south', south)).body).results;
    expect(later.map(({ result, conflict }) => [result, conflict])).toEqual([
      ['revoked', true],
      ['already_in', true],
      ['already_in', true],
    ]);
    expect(later[1]).toMatchObject({ gate: 'north', checkedInAt: north[0]?.scannedAt });
    expect(v.parse(resultsSchema, (await handIn('north', north)).body).results).toEqual(told);
    await handIn('south', south);
    const conflicts = (await world.call('GET', `/v1/check-ins/conflicts?performanceId=${SHOW}`, { token: door })).body;
    expect(conflicts['items']).toHaveLength(3);
    expect(conflicts['items']).toContainEqual(
      expect.objectContaining({ scanId: south[0]?.scanId, ticketId: gone.id, result: 'revoked', gate: 'south' }),
    );
    expect(resultOf(await scan(fresh.code)), 'in by the other gate').toBe('already_in');
  });

  it('hands them in beside others with copies of the same tickets, in whatever order: nobody waits in a ring', async () => {
    const { tickets } = await sold({ standing: 10 });
    const codes = tickets.map(({ code }) => code);
    const gates = [codes, codes.toReversed(), codes, codes.toReversed()];
    const replies = await Promise.all(
      gates.map((order, gate) =>
        handIn(
          `gate ${gate}`,
          order.map((code, place) => offline(code, 600 - place)),
        ),
      ),
    );
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    const results = replies.flatMap(({ body }) => v.parse(resultsSchema, body).results);
    expect(results.filter(({ result }) => result === 'admit')).toHaveLength(tickets.length);
    expect(results.filter(({ result }) => result === 'already_in')).toHaveLength(3 * tickets.length);
  });

  it('would wait in a ring if each locked its tickets in the order of its scans: the control', async () => {
    const { tickets } = await sold({ standing: 2 });
    const ids = tickets.map(({ id }) => id);
    let locked = 0;
    const lockInOrder = (order: string[]) =>
      world.sql.begin(async (tx) => {
        for (const id of order) {
          await lockTicket(tx, id);
          locked += 1;
          await vi.waitFor(() => expect(locked).toBeGreaterThan(1));
        }
      });
    const ends = await Promise.allSettled([lockInOrder(ids), lockInOrder(ids.toReversed())]);
    expect(ends.filter(({ status }) => status === 'rejected')).toMatchObject([{ reason: { code: '40P01' } }]);
  });

  it('knows a scan by its id, however that is written, and takes no id for two', async () => {
    const [one, other] = [await oneSold(), await oneSold()];
    const told = offline(one.code);
    const loud = { ...told, scanId: told.scanId.toUpperCase() };
    for (const scans of [[loud], [told]])
      expect(v.parse(resultsSchema, (await handIn('north', scans)).body).results).toMatchObject([
        { result: 'admit', scanId: told.scanId, conflict: false },
      ]);
    expect((await handIn('north', [{ ...told, code: other.code }])).body['code']).toBe('invalid_request');
    expect((await handIn('north', [told, { ...loud, code: other.code }])).body['code']).toBe('invalid_request');
    expect(resultOf(await scan(other.code))).toBe('admit');
  });

  it('refuses what is no list of scans, and writes nothing', async () => {
    const { code } = await oneSold();
    for (const scans of [
      [],
      [{ ...offline(code), scanId: 'x' }],
      [{ ...offline(code), scannedAt: '0000-01-01T00:00:00Z' }],
    ])
      expect((await handIn('north', scans)).status).toBe(422);
    expect(resultOf(await scan(code))).toBe('admit');
  });
});
