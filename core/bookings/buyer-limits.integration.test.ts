import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { toBatchColumns } from '../../db/queries/booking-batch.ts';
import { batchTables, judgement, writes } from '../../db/queries/write-bookings-sql.ts';
import { newId } from '../../platform/id.ts';
import { newTicketId } from '../../platform/random.ts';
import { signHoldReceipt } from '../../tokens/hold-receipt.sign.ts';
import { BUYER, ORIGIN, ROOM, SHOW, startCoreWorld, toSeatItem, type CoreWorld } from '../core-world.fixture.ts';
import { toWrite, type BookingDraft, type CommitOutcome } from './commit-booking.ts';
import { draft, forgetBookings } from './draft.fixture.ts';
import { openTwoCommitters, type TwoCommitters } from './two-committers.fixture.ts';

const LIMIT = 4;
const MANY = 12;

let world: CoreWorld;
let two: TwoCommitters;
beforeAll(async () => {
  world = await startCoreWorld({ standing: 100 });
  two = openTwoCommitters(world.deps.config.databaseUrl);
  await world.sql`UPDATE performances SET places_per_buyer = ${LIMIT}`;
});
afterAll(async () => {
  await two.close();
  await world.close();
});
beforeEach(() => forgetBookings(world.sql));

let nextSeat = 0;
/** A place for somebody, a seat and a standing place in turn, so that rivals don't wait for one zone's row. */
function place(buyer: { email?: string; identity?: string }): BookingDraft {
  nextSeat = (nextSeat + 1) % 60;
  const wanted = nextSeat % 2 === 0 ? draft([], 1) : draft([`s${nextSeat + 1}`]);
  const email = buyer.email ?? `${newId()}@example.org`;
  wanted.row.buyer = { name: 'Ada', email, emailNormalised: email };
  wanted.row.identity = buyer.identity ?? null;
  return wanted;
}
const many = (buyer: Parameters<typeof place>[0]) => Array.from({ length: MANY }, () => place(buyer));
const outcomes = async (
  drafts: BookingDraft[],
  process: (n: number) => number,
): Promise<CommitOutcome['outcome'][]> => {
  const told = await Promise.all(drafts.map((wanted, n) => two.commit(wanted, process(n))));
  return told.map(({ outcome }) => outcome).toSorted();
};
const UP_TO_THE_LIMIT = [
  ...Array.from({ length: LIMIT }, () => 'booked'),
  ...Array.from({ length: MANY - LIMIT }, () => 'limit_reached'),
];

describe('the limit of places per buyer', () => {
  it.each([
    ['of one identity under many e-mails', { identity: 'i'.repeat(22) }],
    ['of one e-mail under many identities', { email: 'ada@example.org' }],
  ])('counts what is %s together, at two processes at once and in one batch', async (_, buyer) => {
    const named = () => ('email' in buyer ? { ...buyer, identity: newId() } : buyer);
    expect(
      await outcomes(
        Array.from({ length: MANY }, () => place(named())),
        (n) => n,
      ),
    ).toEqual(UP_TO_THE_LIMIT);
    await forgetBookings(world.sql);
    expect(
      await outcomes(
        Array.from({ length: MANY }, () => place(named())),
        () => 0,
      ),
    ).toEqual(UP_TO_THE_LIMIT);
  });

  it('counts each apart: who has the limit by one of them is refused, whatever the other says', async () => {
    const [email, identity] = ['grace@example.org', 'g'.repeat(22)];
    await outcomes(many({ email }), (n) => n);
    await outcomes(many({ identity }), (n) => n);
    expect(await two.commit(place({ email, identity: newId() }))).toEqual({ outcome: 'limit_reached', limit: LIMIT });
    expect(await two.commit(place({ identity }))).toEqual({ outcome: 'limit_reached', limit: LIMIT });
    expect(await two.commit(place({}))).toMatchObject({ outcome: 'booked' });
    expect(await two.commit(place({ identity: newId() }))).toMatchObject({ outcome: 'booked' });
  });

  it('takes the identity from the receipt', async () => {
    const identity = 'r'.repeat(22);
    const nowMs = world.deps.clock.nowMs();
    const hold = {
      issuer: ORIGIN,
      owner: newTicketId(),
      room: ROOM,
      holdId: newId(),
      performanceId: SHOW,
      items: [toSeatItem('s60')],
      legs: [0, 1] as [number, number],
      fence: '1.1',
      identity,
      expiresAtMs: nowMs + 60_000,
      maxExpiresAtMs: nowMs + 60_000,
      nowMs,
    };
    const receipt = await signHoldReceipt(world.deps.keys.signing, hold);
    const asked = { key: newId(), body: { receipt, buyer: BUYER } };
    expect((await world.call('POST', '/v1/bookings', asked)).status).toBe(201);
    expect(await world.sql`SELECT identity FROM bookings`).toEqual([{ identity }]);
  });

  it('is broken by two who count before either commits: the control, without the lock on buyers', async () => {
    const identity = 'c'.repeat(22);
    await Promise.all(Array.from({ length: LIMIT - 1 }, () => two.commit(place({ identity }))));
    const rivals = [place({ identity }), place({ identity })] as const;
    const write = (process: 0 | 1, meanwhile: () => Promise<unknown>): Promise<unknown> =>
      two.pools[process].begin(async (tx) => {
        const columns = toBatchColumns([toWrite(rivals[process], '{}')]);
        await tx`WITH ${batchTables(tx, columns)}, ${judgement(tx, columns)}, ${writes(tx, columns, null)} SELECT 1`;
        await meanwhile();
      });
    await write(0, () => write(1, () => Promise.resolve()));
    const [row] = await world.sql<{ count: number }[]>`SELECT count(*)::int AS count FROM bookings`;
    expect(row?.count).toBe(LIMIT + 1);
  });
});
