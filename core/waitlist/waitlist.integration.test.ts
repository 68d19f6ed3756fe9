import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readPlacedBookings } from '../../db/queries/read-claims.ts';
import { applyClaims } from '../../redis/inventory/apply-claims.ts';
import { newId } from '../../platform/id.ts';
import { ROOM, type Reply, SHOW } from '../core-world.fixture.ts';
import { runExpiry } from '../jobs/run-expiry.ts';
import { raceForFreedSeat, startWaitlistWorld, type WaitlistWorld } from './waitlist-world.fixture.ts';

let world: WaitlistWorld;
beforeAll(async () => {
  world = await startWaitlistWorld();
});
afterAll(() => world.close());
// Who waits from an earlier test would be offered what the next one frees.
beforeEach(() => world.forgetWaiting());

const idOf = (booked: Reply): string => String(booked.body['bookingId']);

describe('a seat that goes free while somebody waits', () => {
  // 200 who ask: waitlist.long.test.ts.
  it('is theirs in the same moment: of 40 who ask for it meanwhile nobody has it', async () => {
    const { buyer } = world;
    const { told, seat, waiting } = await raceForFreedSeat(world, 40);
    expect([told.length, ...new Set(told)]).toEqual([40, 409]);
    expect(await world.snatch(seat)).toBe(409);
    expect((await world.look(waiting)).body).toMatchObject({
      state: 'offered',
      position: null,
      offer: { items: [{ zoneId: 'stalls', seatId: seat, priceMinor: 5000 }], total: { amountMinor: 5000 } },
    });
    expect(await world.differences()).toEqual([]);

    const accepted = await world.accept(waiting);
    expect(accepted.status).toBe(201);
    expect(await world.stateOf(waiting)).toBe('accepted');
    const bought = await world.bookAccepted(accepted);
    expect(bought.status).toBe(201);
    await buyer.pay(bought);
    expect(await world.stateOf(waiting)).toBe('booked');
    await world.sweep();
    expect(await world.differences()).toEqual([]);
    expect(await world.sql`SELECT sum(sold)::int AS sold, sum(capacity)::int AS capacity FROM zone_legs`).toMatchObject(
      [{ sold: 1, capacity: 65 }],
    );
  });

  it('would go to whoever asks first if Redis heard of the offer afterwards: the control', async () => {
    const seat = world.buyer.seat();
    const booked = await world.buyer.book({ seat });
    await world.drain();
    const waiting = await world.join();
    expect((await world.cancel(booked)).status).toBe(200);
    const [freed] = await readPlacedBookings(world.sql, [idOf(booked)]);
    expect(freed?.isAfterOffers).toBe(true);
    const performance = await world.deps.catalogue.performance(SHOW);
    const index = performance?.seats.find(seat)?.index ?? -1;
    const places = { legs: [0, 1] as [number, number], seats: [index], zones: [] };
    await applyClaims(world.deps.scripts, { room: ROOM, performanceId: SHOW }, [
      { bookingId: idOf(booked), version: 2, state: 'free', holdId: null, places },
    ]);
    expect(await world.snatch(seat)).toBe(201);
    expect(await world.stateOf(waiting)).toBe('offered');
    await world.leave(waiting);
    await world.loseRedis();
    await world.drain();
  });

  it('by an unpaid booking’s end, or as an operator’s block ends, is offered as well', async () => {
    const { buyer } = world;
    const unpaid = await buyer.book();
    const first = await world.join();
    await world.sql`UPDATE bookings SET pay_by = now() WHERE id = ${idOf(unpaid)}`;
    await runExpiry(world.deps);
    await world.drain();
    expect(await world.stateOf(first)).toBe('offered');

    const seat = buyer.seat();
    const token = await world.operatorToken('operator');
    const path = `/v1/operator/performances/${SHOW}/blocks`;
    const items = [{ zoneId: 'stalls', seats: [seat] }];
    const block = await world.call('POST', path, { token, key: newId(), body: { name: 'camera', items } });
    expect(block.status).toBe(201);
    const second = await world.join();
    expect((await world.call('DELETE', `${path}/${String(block.body['blockId'])}`, { token })).status).toBe(204);
    expect((await world.look(second)).body).toMatchObject({ state: 'offered', offer: { items: [{ seatId: seat }] } });
    expect(await world.snatch(seat)).toBe(409);
    expect(await world.differences()).toEqual([]);
    // An offer is none of the blocks that operators see, rename or end.
    expect((await world.call('GET', path, { token })).body['items']).toEqual([]);
    const [offer] = await world.sql<
      { id: string }[]
    >`SELECT block_id AS id FROM waitlist_offers WHERE entry_id = ${second.id}`;
    expect((await world.call('DELETE', `${path}/${offer?.id}`, { token })).status).toBe(404);
    for (const one of [first, second]) await world.leave(one);
  });

  it('by a hold that ends is kept until it is decided whose it is', async () => {
    const seat = world.buyer.seat();
    const held = await world.holdSeats([seat]);
    const waiting = await world.join();
    await world.expireHold(held.holdId);
    expect(await world.snatch(seat)).toBe(409);
    expect(await world.stateOf(waiting)).toBe('waiting');
    await world.sweep();
    expect((await world.look(waiting)).body).toMatchObject({ state: 'offered', offer: { items: [{ seatId: seat }] } });
    expect(await world.snatch(seat)).toBe(409);
    // Nobody waits any more: the next hold that ends goes free at once.
    expect((await world.leave(waiting)).status).toBe(204);
    await world.sweep();
    const again = await world.holdSeats([seat]);
    await world.expireHold(again.holdId);
    expect(await world.snatch(seat)).toBe(201);
    expect(await world.differences()).toEqual([]);
  });

  it('goes free when nobody fits, and singles that have become neighbours go to a pair', async () => {
    const [a, b] = [world.buyer.seat(), world.buyer.seat()];
    const [left, right] = [await world.buyer.book({ seat: a }), await world.buyer.book({ seat: b })];
    await world.drain();
    await world.loseRedis();
    await world.takeAllOthers();
    const pair = await world.join({ partySize: 2 });
    const single = await world.join();
    await world.cancel(left);
    await world.drain();
    expect([await world.stateOf(pair), await world.stateOf(single)]).toEqual(['waiting', 'offered']);
    await world.leave(single);
    await world.drain();
    // The single seat is on public sale, and nobody has bought it when its neighbour goes free.
    expect(await world.stateOf(pair)).toBe('waiting');
    await world.cancel(right);
    await world.drain();
    await world.sweep();
    expect((await world.look(pair)).body).toMatchObject({
      state: 'offered',
      offer: { items: [{ seatId: a }, { seatId: b }] },
    });
    expect(await world.differences()).toEqual([]);
    await world.leave(pair);
  });
});

describe('fifty cancellations of one booking at once', () => {
  it('are one refund, seats that come back once, and one offer', async () => {
    const { buyer } = world;
    const booked = await world.lastBooked();
    await buyer.pay(booked);
    const waiting = [await world.join(), await world.join()];
    const before = (await world.offers()).length;
    const replies = await Promise.all(Array.from({ length: 50 }, () => world.cancel(booked)));
    expect(replies.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
      200,
      ...Array.from({ length: 49 }, () => 409),
    ]);
    await world.drain();
    await buyer.settle(1);
    const { capturedMinor, refundedMinor } = (
      await world.sandbox('GET', `/payments/${buyer.paymentOf(booked).paymentId}`)
    ).body;
    expect([capturedMinor, refundedMinor]).toEqual([5000, 5000]);
    expect((await world.offers()).length).toBe(before + 1);
    expect(await Promise.all(waiting.map(world.stateOf))).toEqual(['offered', 'waiting']);
    expect(await world.differences()).toEqual([]);
    for (const one of waiting) await world.leave(one);
  });
});
