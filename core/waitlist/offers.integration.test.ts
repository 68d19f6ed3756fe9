import * as v from 'valibot';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SHOW } from '../core-world.fixture.ts';
import { entryLink } from './entry-token.ts';
import { offerFreed } from './offer-freed.ts';
import type { Freed } from './share-out.ts';
import { overlaps, seatOf, startWaitlistWorld, type Waiting, type WaitlistWorld } from './waitlist-world.fixture.ts';

let world: WaitlistWorld;
beforeAll(async () => {
  world = await startWaitlistWorld();
});
afterAll(() => world.close());
// Who waits from an earlier test would be offered what the next one frees.
beforeEach(() => world.forgetWaiting());

describe('an offer', () => {
  it('is told in the language of who joined, with a link whose token nobody finds in Postgres, and opens to it alone', async () => {
    const booked = await world.lastBooked();
    const waiting = await world.join({ email: 'Grace@example.org' }, 'hi-IN,en;q=0.5');
    await world.sql`INSERT INTO notification_channels VALUES ('mail') ON CONFLICT DO NOTHING`;
    await world.cancel(booked);
    await world.drain();
    const rows = await world.sql<
      { address: string; language: string; payload: object }[]
    >`SELECT address, language, payload FROM notifications
      WHERE kind = 'offer' AND payload ->> 'entryId' = ${waiting.id}`;
    const { offerUntil } = v.parse(v.object({ offerUntil: v.string() }), (await world.look(waiting)).body['offer']);
    const payload = { entryId: waiting.id, performanceId: SHOW, legs: [0, 1], offerUntil };
    expect(rows).toEqual([{ address: 'Grace@example.org', language: 'hi', payload }]);
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
    const booked = await world.lastBooked();
    const waiting = await world.join();
    await world.cancel(booked);
    const [first, second] = await Promise.all([world.accept(waiting), world.accept(waiting)]);
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.body['holdId']).toBe(first.body['holdId']);
    // Postgres has noted it, and Redis knows of no hold.
    await world.drain();
    await world.loseRedis();
    await world.takeAllOthers();
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
    expect(await world.stateOf(waiting)).toBe('lapsed');
    expect(await world.snatch(seat)).toBe(201);
    expect(await world.differences()).toEqual([]);
  });

  it.each(['leaves', 'gives the hold back'])('is the next’s at once when who has accepted it %s', async (how) => {
    const booked = await world.lastBooked();
    const [first, next] = [await world.join(), await world.join()];
    await world.cancel(booked);
    const accepted = await world.accept(first);
    const { offerUntil } = v.parse(v.object({ offerUntil: v.string() }), (await world.look(first)).body['offer']);
    expect(Math.abs(Date.parse(offerUntil) - Date.parse(String(accepted.body['expiresAt'])))).toBeLessThan(2000);
    const token = String(accepted.body['receipt']);
    const gone =
      how === 'leaves'
        ? await world.leave(first)
        : await world.call('DELETE', `/v1/holds/${String(accepted.body['holdId'])}`, { token });
    expect([gone.status, await world.stateOf(first), await world.stateOf(next)]).toEqual([204, 'left', 'offered']);
    expect(await world.snatch(seatOf(accepted))).toBe(409);
    expect((await world.bookAccepted(accepted)).status).toBe(409);
    const taken = await world.accept(next);
    expect([taken.status, seatOf(taken)]).toEqual([201, seatOf(accepted)]);
    expect(await world.differences()).toEqual([]);
    await world.leave(next);
  });

  it('is still its owner’s after Redis lost everything, held or not: the first receipt books it', async () => {
    const booked = await world.lastBooked();
    const waiting = await world.join();
    await world.cancel(booked);
    const accepted = await world.accept(waiting);
    await world.loseRedis();
    expect(await world.snatch(seatOf(accepted))).toBe(409);
    const bought = await world.bookAccepted(accepted);
    expect(bought.status).toBe(201);
    await world.drain();
    await world.sweep();
    expect(await world.differences()).toEqual([]);
    await world.cancel(bought);
  });

  it('accepted at the moment it lapses is had by one: the owner, or the next', async () => {
    const booked = await world.lastBooked();
    let owner = await world.join();
    await world.cancel(booked);
    for (let i = 0; i < 6; i += 1) {
      const next = await world.join();
      await world.lapse(owner);
      const grace = world.sql`UPDATE waitlist_offers SET offer_until = clock_timestamp() + interval '5 ms'
        WHERE entry_id = ${owner.id} AND ended_at IS NULL`;
      const [accepted] = await Promise.all([grace.then(() => world.accept(owner)), world.sweep(), world.sweep()]);
      if (accepted.status === 201) {
        expect(await world.stateOf(owner)).toBe('accepted');
        await world.leave(owner);
      }
      await world.sweep();
      expect(await world.stateOf(next)).toBe('offered');
      owner = next;
    }
    await world.leave(owner);
    expect(await world.differences()).toEqual([]);
  });

  it('moves on when it lapses: ten offers of one seat come one after the other', async () => {
    const booked = await world.lastBooked();
    const line: Waiting[] = [];
    for (let i = 0; i < 10; i += 1) line.push(await world.join());
    const last = line.at(-1);
    expect(last === undefined ? undefined : (await world.look(last)).body).toMatchObject({ position: 10, ahead: 9 });
    await world.cancel(booked);
    for (const one of line) {
      expect(await world.stateOf(one)).toBe('offered');
      await world.lapse(one);
      // Over is over, also while nobody has ended it yet: the next must not be kept waiting by who comes late.
      expect(await world.accept(one)).toMatchObject({ status: 409, body: { code: 'offer_ended' } });
      // Two processes find it due.
      await Promise.all([world.sweep(), world.sweep()]);
      expect(await world.stateOf(one)).toBe('lapsed');
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

// Last: it takes a guard away.
describe('a seat that was freed twice, as by two cancellations of one booking', () => {
  const freed = (seatId: string): Freed => ({ legs: [0, 1], items: [{ zoneId: 'stalls', seatId, quantity: 1 }] });
  const offerTwice = async (seatId: string) => {
    await Promise.all([world.join(), world.join()]);
    const offer = () => world.sql.begin((tx) => offerFreed(tx, world.deps, SHOW, freed(seatId)));
    await Promise.allSettled([offer(), offer()]);
    return (await world.offers()).filter(({ seats }) => seats.includes(seatId));
  };

  it('is offered once, and without the key of seat_claims to two at a time: the control', async () => {
    expect(await offerTwice(world.buyer.seat())).toHaveLength(1);
    await world.sql`ALTER TABLE seat_claims DROP CONSTRAINT seat_claims_sold_once`;
    const made = await offerTwice(world.buyer.seat());
    expect([made.length, overlaps(made).length]).toEqual([2, 1]);
  });
});
