import type { Redis } from 'ioredis';
import type { Capture } from '../../../core/payments/provider.ts';
import type { Sql } from '../../../db/connect.ts';
import type { BookingToWrite } from '../../../db/queries/booking-batch.ts';
import { bookUnderRowLock, lookingHold } from './in-postgres.ts';
import type { Pattern, PatternStores, Sends, WishToHold } from './pattern.ts';
import { insertBooking, looksFree, payOne } from './rows.ts';

const HOLD_MS = 600_000;
/** Bookings that the writer behind takes at a time. */
const BEHIND = 50;

/** B2: a key for each seat by SET NX, then B1's transaction. */
export const setNx =
  (sends: Sends) =>
  async ({ sql, redis, performanceId }: PatternStores): Promise<Pattern> => ({
    ...lookingHold(sql, performanceId, sends),
    hold: (wish) => holdByKeys(redis, `b2 ${sends}`, wish),
    book: (booking) => bookUnderRowLock(sql, booking, sends),
  });

/** Marks the keys of the seats that are still the buyer's as sold; false when one is not. */
const CONFIRM = `for i = 1, #KEYS do if redis.call('GET', KEYS[i]) ~= ARGV[1] then return 0 end end
for i = 1, #KEYS do redis.call('SET', KEYS[i], 'sold') end
return 1`;

/**
 * B3: a key for each seat, confirmed by a script; the buyer is answered, and the rows are written behind their back from a queue in
 * the process, as is what they pay.
 */
export async function writeBehind({ sql, redis }: PatternStores): Promise<Pattern> {
  const queue: ({ booking: BookingToWrite } | { capture: Capture })[] = [];
  let isStopped = false;
  const writer = async (): Promise<void> => {
    while (!isStopped || queue.length > 0) {
      const work = queue.splice(0, BEHIND);
      if (work.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      for (const one of work) {
        if ('booking' in one) await sql.begin((tx) => insertBooking(tx, one.booking));
        else await payOne(sql, one.capture);
      }
    }
  };
  const writing = writer();
  return {
    hold: (wish) => holdByKeys(redis, 'b3', wish),
    async book(booking) {
      const keys = booking.row.items.flatMap(({ seatId }) => (seatId === null ? [] : [`b3:${seatId}`]));
      if ((await redis.eval(CONFIRM, keys.length, ...keys, booking.row.owner)) !== 1) return false;
      queue.push({ booking });
      return true;
    },
    async pay(capture) {
      queue.push({ capture });
      return true;
    },
    async stop() {
      isStopped = true;
      await writing;
    },
  };
}

/** B4: bookings go into a list, and one processor takes them out, one after the other; so none needs a lock. */
export async function listQueue({ sql, redis, performanceId }: PatternStores): Promise<Pattern> {
  const waiting = new Map<string, { booking: BookingToWrite; resolve: (done: boolean) => void }>();
  // A list that blocks needs a connection of its own.
  const taker = redis.duplicate();
  let isStopped = false;
  const processor = async (): Promise<void> => {
    while (!isStopped) {
      const taken = await taker.brpop('b4:bookings', 1).catch(() => null);
      const work = taken === null ? undefined : waiting.get(taken[1]);
      if (work === undefined) continue;
      waiting.delete(work.booking.row.id);
      work.resolve(await bookAlone(sql, performanceId, work.booking));
    }
  };
  const processing = processor();
  return {
    ...lookingHold(sql, performanceId),
    book: (booking) =>
      new Promise((resolve, reject) => {
        waiting.set(booking.row.id, { booking, resolve });
        redis.lpush('b4:bookings', booking.row.id).catch(reject);
      }),
    async stop() {
      isStopped = true;
      await processing;
      taker.disconnect();
    },
  };
}

async function bookAlone(sql: Sql, performanceId: string, booking: BookingToWrite): Promise<boolean> {
  if (!(await looksFree(sql, performanceId, booking.row.items))) return false;
  await sql.begin((tx) => insertBooking(tx, booking));
  return true;
}

/** SET NX PX of each seat; what was taken is given back when one is another's. Places that are alike are left to Postgres. */
async function holdByKeys(redis: Redis, prefix: string, { owner, items }: WishToHold): Promise<boolean> {
  const seats = items.flatMap((item) => item.seatId ?? []);
  const set = await Promise.all(seats.map((seat) => redis.set(`${prefix}:${seat}`, owner, 'PX', HOLD_MS, 'NX')));
  if (set.every((answer) => answer === 'OK')) return true;
  const taken = seats.filter((_, i) => set[i] === 'OK');
  await Promise.all(taken.map((seat) => redis.del(`${prefix}:${seat}`)));
  return false;
}
