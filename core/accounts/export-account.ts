import type { Sql } from '../../db/connect.ts';
import { readAccountData, readBookingData, readWaitlistData, type Person } from '../../db/queries/personal-data.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import { withinDeadline } from '../http/store-failure.ts';

/** Bookings read at once. */
const PAGE_SIZE = 50;

/**
 * Everything that is kept of a person as one JSON document, a page of bookings at a time and only as fast as it is read. A page that
 * fails ends the stream with an error, so that a part is not taken for the whole. Throws `unauthenticated` when the account has just gone.
 */
export async function exportAccount(sql: Sql, person: Person, nowMs: number): Promise<ReadableStream<Uint8Array>> {
  const own = await withinDeadline(sql, () => readAccountData(sql, person));
  if (own === null) throw new OperatingError('unauthenticated');
  const encoder = new TextEncoder();
  const waitlist = await withinDeadline(sql, () => readWaitlistData(sql, person.email));
  const head = JSON.stringify({ exportedAt: new Date(nowMs), ...own, waitlist });
  let [afterId, separator] = ['', ''];
  return new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(encoder.encode(`${head.slice(0, -1)},"bookings":[`)),
    async pull(controller) {
      const page = await withinDeadline(sql, () => readBookingData(sql, person.email, { afterId, limit: PAGE_SIZE }));
      const last = page.at(-1);
      if (last === undefined) {
        controller.enqueue(encoder.encode(']}'));
        return controller.close();
      }
      afterId = last.bookingId;
      controller.enqueue(encoder.encode(separator + page.map((booking) => JSON.stringify(booking)).join(',')));
      separator = ',';
    },
  });
}
