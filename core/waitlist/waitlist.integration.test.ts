import * as v from 'valibot';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readPlacedBookings } from '../../db/queries/read-claims.ts';
import { applyClaims } from '../../redis/inventory/apply-claims.ts';
import { newId } from '../../platform/id.ts';
import { ROOM, type Reply, SHOW } from '../core-world.fixture.ts';
import { runExpiry } from '../jobs/run-expiry.ts';
import { entryLink } from './entry-token.ts';
import { overlaps, startWaitlistWorld, type Waiting, type WaitlistWorld } from './waitlist-world.fixture.ts';

let world: WaitlistWorld;
beforeAll(async () => {
  world = await startWaitlistWorld();
});
afterAll(() => world.close());
// Who waits from an earlier test would be offered what the next one frees.
beforeEach(async () => {
  await world.sql`UPDATE waitlist_entries SET state = 'left', ended_at = now() WHERE ended_at IS NULL AND state = 'waiting'`;
});

const idOf = (booked: Reply): string => String(booked.body['bookingId']);
async function cancel(booked: Reply): Promise<Reply> {
  const key = newId();
  for (;;) {
    const reply = await world.buyer.post(booked, 'cancel', key);
    if (reply.status !== 503) return reply;
  }
}
const stateOf = async (waiting: Waiting) => (await world.look(waiting)).body['state'];
const bookAccepted = (accepted: Reply, owner = '') =>
  world.book({ receipt: String(accepted.body['receipt']), holdId: String(accepted.body['holdId']), owner });

describe('a seat that goes free while somebody waits', () => {
  it('is theirs in the same moment: of 200 who ask for it meanwhile nobody has it', async () => {
    const { buyer } = world;
    const seat = buyer.seat();
    const booked = await buyer.book({ seat });
    await buyer.pay(booked);
    const waiting = await world.join();
    expect(waiting.reply.body).toMatchObject({
      state: 'waiting',
      position: 1,
      ahead: 0,
      partySize: 1,
      zoneId: 'stalls',
    });
    const told: number[] = [];
    // Twenty at a time: more would only make core say that it is busy.
    const ask = async () => {
      for (let i = 0; i < 10; i += 1) told.push(await world.snatch(seat));
    };
    const asking = Promise.all(Array.from({ length: 20 }, ask));
    expect((await cancel(booked)).status).toBe(200);
    await Promise.all([asking, world.drain()]);
    await buyer.settle(1);
    expect([told.length, ...new Set(told)]).toEqual([200, 409]);
    expect(await world.snatch(seat)).toBe(409);
    expect((await world.look(waiting)).body).toMatchObject({
      state: 'offered',
      position: null,
      offer: { items: [{ zoneId: 'stalls', seatId: seat, priceMinor: 5000 }], total: { amountMinor: 5000 } },
    });
    expect(await world.differences()).toEqual([]);

    const accepted = await world.accept(waiting);
    expect(accepted.status).toBe(201);
    expect(await stateOf(waiting)).toBe('accepted');
    const bought = await bookAccepted(accepted);
    expect(bought.status).toBe(201);
    await buyer.pay(bought);
    expect(await stateOf(waiting)).toBe('booked');
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
    expect((await cancel(booked)).status).toBe(200);
    const [freed] = await readPlacedBookings(world.sql, [idOf(booked)]);
    expect(freed?.isAfterOffers).toBe(true);
    const performance = await world.deps.catalogue.performance(SHOW);
    const index = performance?.seats.find(seat)?.index ?? -1;
    const places = { legs: [0, 1] as [number, number], seats: [index], zones: [] };
    await applyClaims(world.deps.scripts, { room: ROOM, performanceId: SHOW }, [
      { bookingId: idOf(booked), version: 2, state: 'free', holdId: null, places },
    ]);
    expect(await world.snatch(seat)).toBe(201);
    expect(await stateOf(waiting)).toBe('offered');
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
    expect(await stateOf(first)).toBe('offered');

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
    expect(await stateOf(waiting)).toBe('waiting');
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
    await takeAllOthers();
    const pair = await world.join({ partySize: 2 });
    const single = await world.join();
    await cancel(left);
    await world.drain();
    expect([await stateOf(pair), await stateOf(single)]).toEqual(['waiting', 'offered']);
    await world.leave(single);
    await world.drain();
    // The single seat is on public sale, and nobody has bought it when its neighbour goes free.
    expect(await stateOf(pair)).toBe('waiting');
    await cancel(right);
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

describe('an offer', () => {
  it('is told with a link whose token nobody finds in Postgres, and opens to it alone', async () => {
    const booked = await lastBooked();
    const waiting = await world.join({ email: 'Grace@example.org' });
    await world.sql`INSERT INTO notification_channels VALUES ('mail') ON CONFLICT DO NOTHING`;
    await cancel(booked);
    await world.drain();
    const rows = await world.sql<{ address: string; payload: object }[]>`SELECT address, payload FROM notifications
      WHERE kind = 'offer' AND payload ->> 'entryId' = ${waiting.id}`;
    const { offerUntil } = v.parse(v.object({ offerUntil: v.string() }), (await world.look(waiting)).body['offer']);
    const payload = { entryId: waiting.id, performanceId: SHOW, legs: [0, 1], offerUntil };
    expect(rows).toEqual([{ address: 'Grace@example.org', payload }]);
    expect(await entryLink(world.deps, waiting.id)).toMatch(
      new RegExp(`/shop/\\?waitlist=${waiting.id}#token=${waiting.token}$`),
    );
    const [stored] = await world.sql<
      { text: string }[]
    >`SELECT row_to_json(e)::text AS text FROM waitlist_entries e WHERE id = ${waiting.id}`;
    expect(stored?.text).not.toContain(waiting.token);
    for (const token of [undefined, `wl_${'A'.repeat(43)}`, 'bk_x']) {
      const stranger = { ...waiting, token: token ?? '' };
      for (const call of [world.look, world.accept, world.leave]) expect((await call(stranger)).status).toBe(404);
    }
    await world.leave(waiting);
  });

  it('accepted twice, or by a process that died between the stores, is one hold; lapsed, it is nobody’s', async () => {
    const booked = await lastBooked();
    const waiting = await world.join();
    await cancel(booked);
    const [first, second] = await Promise.all([world.accept(waiting), world.accept(waiting)]);
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.body['holdId']).toBe(first.body['holdId']);
    // Postgres has noted it, and Redis knows of no hold.
    await world.drain();
    await world.loseRedis();
    await takeAllOthers();
    expect(await world.differences()).toEqual([]);
    const again = await world.accept(waiting);
    expect([again.status, again.body['holdId']]).toEqual([201, first.body['holdId']]);
    // A hold that ends goes back to the offer and to nobody else.
    await world.expireHold(String(again.body['holdId']));
    const seat = seatOf(again);
    expect(await world.snatch(seat)).toBe(409);
    await world.lapse(waiting);
    expect(await world.accept(waiting)).toMatchObject({ status: 409, body: { code: 'offer_ended' } });
    await world.sweep();
    expect(await stateOf(waiting)).toBe('lapsed');
    expect(await world.snatch(seat)).toBe(201);
    expect(await world.differences()).toEqual([]);
  });

  it.each(['leaves', 'gives the hold back'])('is the next’s at once when who has accepted it %s', async (how) => {
    const booked = await lastBooked();
    const [first, next] = [await world.join(), await world.join()];
    await cancel(booked);
    const accepted = await world.accept(first);
    const { offerUntil } = v.parse(v.object({ offerUntil: v.string() }), (await world.look(first)).body['offer']);
    expect(Math.abs(Date.parse(offerUntil) - Date.parse(String(accepted.body['expiresAt'])))).toBeLessThan(2000);
    const token = String(accepted.body['receipt']);
    const gone =
      how === 'leaves'
        ? await world.leave(first)
        : await world.call('DELETE', `/v1/holds/${String(accepted.body['holdId'])}`, { token });
    expect([gone.status, await stateOf(first), await stateOf(next)]).toEqual([204, 'left', 'offered']);
    expect(await world.snatch(seatOf(accepted))).toBe(409);
    expect((await bookAccepted(accepted)).status).toBe(409);
    const taken = await world.accept(next);
    expect([taken.status, seatOf(taken)]).toEqual([201, seatOf(accepted)]);
    expect(await world.differences()).toEqual([]);
    await world.leave(next);
  });

  it('is still its owner’s after Redis lost everything, held or not: the first receipt books it', async () => {
    const booked = await lastBooked();
    const waiting = await world.join();
    await cancel(booked);
    const accepted = await world.accept(waiting);
    await world.loseRedis();
    expect(await world.snatch(seatOf(accepted))).toBe(409);
    const bought = await bookAccepted(accepted);
    expect(bought.status).toBe(201);
    await world.drain();
    await world.sweep();
    expect(await world.differences()).toEqual([]);
    await cancel(bought);
  });

  it('accepted at the moment it lapses is had by one: the owner, or the next', async () => {
    const booked = await lastBooked();
    let owner = await world.join();
    await cancel(booked);
    for (let i = 0; i < 6; i += 1) {
      const next = await world.join();
      await world.lapse(owner);
      const grace = world.sql`UPDATE waitlist_offers SET offer_until = clock_timestamp() + interval '5 ms'
        WHERE entry_id = ${owner.id} AND ended_at IS NULL`;
      const [accepted] = await Promise.all([grace.then(() => world.accept(owner)), world.sweep(), world.sweep()]);
      if (accepted.status === 201) {
        expect(await stateOf(owner)).toBe('accepted');
        await world.leave(owner);
      }
      await world.sweep();
      expect(await stateOf(next)).toBe('offered');
      owner = next;
    }
    await world.leave(owner);
    expect(await world.differences()).toEqual([]);
  });

  it('moves on when it lapses: ten offers of one seat come one after the other', async () => {
    const booked = await lastBooked();
    const line: Waiting[] = [];
    for (let i = 0; i < 10; i += 1) line.push(await world.join());
    const last = line.at(-1);
    expect(last === undefined ? undefined : (await world.look(last)).body).toMatchObject({ position: 10, ahead: 9 });
    await cancel(booked);
    for (const one of line) {
      expect(await stateOf(one)).toBe('offered');
      await world.lapse(one);
      // Two processes find it due.
      await Promise.all([world.sweep(), world.sweep()]);
      expect(await stateOf(one)).toBe('lapsed');
    }
    const ids = line.map(({ id }) => id);
    const made = (await world.offers()).filter((offer) => ids.includes(offer.entryId));
    expect(made.map((offer) => offer.entryId)).toEqual(ids);
    expect(overlaps(made)).toEqual([]);
    expect(overlaps(made.map((offer) => ({ ...offer, to: new Date(offer.from.getTime() + 60_000) })))).not.toEqual([]);
    await world.drain();
    expect(await world.differences()).toEqual([]);
  });
});

describe('fifty cancellations of one booking at once', () => {
  it('are one refund, seats that come back once, and one offer', async () => {
    const { buyer } = world;
    const booked = await lastBooked();
    await buyer.pay(booked);
    const waiting = [await world.join(), await world.join()];
    const before = (await world.offers()).length;
    const replies = await Promise.all(Array.from({ length: 50 }, () => cancel(booked)));
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
    expect(await Promise.all(waiting.map(stateOf))).toEqual(['offered', 'waiting']);
    expect(await world.differences()).toEqual([]);
    for (const one of waiting) await world.leave(one);
  });
});

/** The one seat of an accepted offer. */
function seatOf(accepted: Reply): string {
  const { items } = v.parse(v.object({ items: v.array(v.object({ seatId: v.string() })) }), accepted.body);
  return items[0]?.seatId ?? '';
}

/** Holds every seat that nobody has claimed, so that only what a test frees is there. */
async function takeAllOthers(): Promise<void> {
  const claims = await world.sql<{ seatId: string }[]>`SELECT seat_id AS "seatId" FROM seat_claims`;
  const free = Array.from({ length: 60 }, (_, i) => `s${i + 1}`).filter((seat) =>
    claims.every(({ seatId }) => seatId !== seat),
  );
  for (let first = 0; first < free.length; first += 40) await world.holdSeats(free.slice(first, first + 40));
}

/** A booking in a zone where all else is held. */
async function lastBooked(): Promise<Reply> {
  await world.drain();
  await world.loseRedis();
  const booked = await world.buyer.book();
  await takeAllOthers();
  return booked;
}
