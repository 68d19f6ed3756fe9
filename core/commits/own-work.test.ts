import { expect, it } from 'vitest';
import type { PlacedBooking } from '../../db/queries/read-claims.ts';
import { createOwnWork, NO_OWN_WORK } from './own-work.ts';

const bookings = (count: number, name = 'b'): PlacedBooking[] =>
  Array.from({ length: count }, (_, i) => ({
    id: `${name}-${i}`,
    performanceId: 'show',
    version: 1,
    status: 'pending_payment',
    holdId: 'hold',
    fromLeg: 0,
    toLeg: 1,
    items: [],
  }));

it('batches are taken whole and oldest first, until they have as many bookings as were asked for', () => {
  const work = createOwnWork();
  const leases = [work.lease(), work.lease(), work.lease()];
  for (const lease of leases) work.add(lease, bookings(3));
  expect(new Set(leases.map((lease) => lease?.id)).size).toBe(3);
  expect(work.take(4).map(({ id }) => id)).toEqual([leases[0]?.id, leases[1]?.id]);
  expect(work.take(4).map(({ id, bookings: own }) => [id, own.length])).toEqual([[leases[2]?.id, 3]]);
  expect(work.take(4)).toEqual([]);
});

it('whoever serves is called for each batch, and not for one of which nothing was written', () => {
  const work = createOwnWork();
  let calls = 0;
  work.serve(() => (calls += 1));
  work.add(work.lease(), []);
  expect([calls, work.take(1)]).toEqual([0, []]);
  work.add(work.lease(), bookings(1));
  expect(calls).toBe(1);
});

it('what is more than can be told within the lease is left to the sweep', () => {
  const work = createOwnWork();
  for (let i = 0; i < 101; i += 1) work.add(work.lease(), bookings(200));
  const taken = work.take(Number.POSITIVE_INFINITY);
  expect(taken.flatMap((batch) => batch.bookings)).toHaveLength(20_000);
  work.add(work.lease(), bookings(200));
  expect(work.take(1)).toHaveLength(1);
});

it('where nobody serves there is no lease, and nothing is kept', () => {
  NO_OWN_WORK.add(NO_OWN_WORK.lease(), bookings(1));
  expect([NO_OWN_WORK.lease(), NO_OWN_WORK.take(1)]).toEqual([null, []]);
});
