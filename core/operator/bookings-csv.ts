import type { ReportedBooking } from '../../db/queries/report-bookings.ts';
import { isoTime } from '../../platform/clock.ts';

const COLUMNS = [
  'bookingId',
  'performanceId',
  'status',
  'buyerName',
  'buyerEmail',
  'places',
  'totalMinor',
  'currency',
  'capturedMinor',
  'refundedMinor',
  'createdAt',
  'payBy',
  'dispute',
];

/** A first character by which spreadsheets take a text for a formula (OWASP, "CSV Injection"). */
const FORMULA = /^[=+\-@\t\r\n]/;

/** One cell (RFC 4180); a text that a spreadsheet would run gets an apostrophe first. */
export function csvCell(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const text = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) || text.startsWith("'") ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * Bookings as CSV, a page at a time and only as fast as it is read; nothing is held open in Postgres between pages. A page that fails
 * ends the stream with an error, so that a short file is not taken for a whole one.
 */
export function bookingsCsv(readPage: (afterId: string) => Promise<ReportedBooking[]>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let afterId = '';
  return new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(encoder.encode(`${COLUMNS.join(',')}\r\n`)),
    async pull(controller) {
      const page = await readPage(afterId);
      const last = page.at(-1);
      if (last === undefined) return controller.close();
      afterId = last.id;
      controller.enqueue(encoder.encode(page.map(toLine).join('')));
    },
  });
}

function toLine({ id, createdAt, payBy, ...b }: ReportedBooking): string {
  const times = [createdAt, payBy].map((time) => isoTime(time.getTime()));
  const money = [b.totalMinor, b.currency, b.capturedMinor, b.refundedMinor];
  const cells = [
    id,
    b.performanceId,
    b.status,
    b.buyerName,
    b.buyerEmail,
    b.places,
    ...money,
    ...times,
    b.dispute ?? '',
  ];
  return `${cells.map(csvCell).join(',')}\r\n`;
}
