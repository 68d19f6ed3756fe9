import { setTimeout as sleep } from 'node:timers/promises';
import * as v from 'valibot';
import { SHOW } from '../../core/core-world.fixture.ts';
import { newId } from '../../platform/id.ts';
import type { Told } from '../checker/history.ts';
import type { Asking } from './asking.ts';
import { bookHold, type Booked, heldSchema } from './book-hold.ts';

/** How often who waits looks, ms, and how many more looks they take once the crowd has gone: the sweep comes every two seconds. */
const LOOK_EVERY_MS = 1100;
const LAST_LOOKS = 2;

/** What somebody would have bought, and found sold out. */
export type Wish = { seats: string[]; standing: number };

const joinedSchema = v.object({ id: v.string(), token: v.string() });
const entrySchema = v.object({ state: v.string() });
const acceptedSchema = v.object({
  ...heldSchema.entries,
  items: v.array(v.object({ seatId: v.optional(v.string()), quantity: v.optional(v.number(), 1) })),
});

/**
 * One who waits: joins, looks until places are offered or `isGone` says that nobody is left to give any back, takes them and pays. Who was
 * offered nothing leaves the line, or stays in it.
 */
export async function runWaiter(
  asking: Asking,
  { seats, standing }: Wish,
  { isGone, stays, pay }: { isGone: () => boolean; stays: boolean; pay: (booked: Booked) => Promise<void> },
): Promise<{ told: Told[]; left: string }> {
  const told: Told[] = [];
  const wish =
    seats.length > 0 ? { zoneId: 'stalls', partySize: seats.length } : { zoneId: 'standing', partySize: standing };
  const email = `${newId()}@example.org`;
  const joined = await asking.post('/v1/waitlist', null, { performanceId: SHOW, ...wish, email });
  if (joined.status !== 201) return { told, left: `waitlist ${joined.status}` };
  const { id, token } = v.parse(joinedSchema, joined.body);
  const path = `/v1/waitlist/${id}`;
  told.push({ kind: 'joined', entryId: id });

  for (let last = 0; last < LAST_LOOKS; last += isGone() ? 1 : 0) {
    await sleep(LOOK_EVERY_MS);
    const looked = v.safeParse(entrySchema, (await asking.get(path, token)).body);
    if (looked.success && looked.output.state === 'offered') {
      const accepted = await asking.post(`${path}/accept`, token, {});
      if (accepted.status !== 201) return { told, left: `offer ${accepted.status}` };
      const held = v.parse(acceptedSchema, accepted.body);
      const own = { seats: held.items.flatMap((item) => item.seatId ?? []), standing };
      told.push({ kind: 'accepted', entryId: id, holdId: held.holdId, seats: own.seats });
      const booking = await bookHold(asking, held, own);
      if (booking.own !== undefined) await pay(booking.own);
      return { told: [...told, ...booking.told], left: `offer booked ${booking.status}` };
    }
  }
  if (stays) return { told, left: 'still waiting' };
  await asking.remove(path, token);
  return { told, left: 'left the waitlist' };
}
