import { perSecond, ratio, type Row } from '../measure/report.ts';
import { median } from '../measure/rounds.ts';
import type { Buyers } from '../parts/buyers.ts';
import { startPart } from '../parts/part.ts';

/** Requests of one booking: hold, booking, paid event. */
const REQUESTS = 3;
const ROUNDS = 3;

/** Servers that only answer: with nothing but Node, and with hono, which reads the JSON as well. */
const BARE = [
  { name: 'Node answers', part: 'bare-node', path: '/' },
  { name: 'hono echoes', part: 'bare', path: '/echo' },
] as const;

/**
 * What bookings a second could be at most on this machine, with this load, were a booking three answers and nothing else: no token, no
 * store, no row. `theirs`: bookings a second of the pattern that the goals are about.
 */
export async function measureCeiling(
  buyers: Buyers,
  { count, clients, theirs }: { count: number; clients: number; theirs: number },
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const { name, part, path } of BARE) {
    const server = await startPart(part, {});
    try {
      const load = { url: String(server.ready['url']), flow: path, count: REQUESTS * count, clients, firstSeat: 0 };
      const rates: number[] = [];
      for (let round = 0; round <= ROUNDS; round += 1) {
        const { done, seconds } = await buyers.run(load);
        // The first is for the compiler.
        if (round > 0) rates.push(done / seconds / REQUESTS);
      }
      const value = median(rates);
      rows.push([`three bare ${name} for a booking ÷ B1`, ratio(value / theirs), { value: value / theirs }]);
      rows.push(['  bookings a second that this would be', perSecond(value)]);
    } finally {
      await server.stop();
    }
  }
  return rows;
}
