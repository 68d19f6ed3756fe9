import type { ReadyFile } from '../../contracts/ready-file.ts';
import type { SeatMap } from '../../contracts/catalogue.ts';
import { callPatiently, freshKey, textOf, type Answer } from './http.ts';

/** A seat by its id, its zone and its place in the seat map's reading order. */
export type Seat = { zoneId: string; id: string; index: number };

/** What a buyer does, against one running stack and performance; every answer is returned as it came. */
export function createBuyer(ready: ReadyFile, performanceId: string) {
  const core = (path: string) => `${ready.edgeUrl}/api/core/v1${path}`;

  async function states(): Promise<Buffer> {
    return Buffer.from(
      textOf(await callPatiently('GET', core(`/performances/${performanceId}/availability`)), 'states'),
      'base64',
    );
  }
  return {
    core,
    states,
    /** The first `count` free seats of one zone, in seat-map order, all in one row where `together`. */
    async freeSeats(count: number, together = true): Promise<Seat[]> {
      const map: SeatMap = JSON.parse(
        (await callPatiently('GET', core(`/performances/${performanceId}/seat-map`))).text,
      );
      const free = await states();
      let index = 0;
      for (const zone of map.zones) {
        let found: Seat[] = [];
        for (const row of zone.rows) {
          if (together) found = [];
          for (const seat of row.seats) {
            if (stateOf(free, index) === 0) found.push({ zoneId: zone.id, id: seat.id, index });
            index++;
          }
          if (found.length >= count) return found.slice(0, count);
        }
      }
      throw new Error(`no zone has ${count} free seats`);
    },
    hold(pass: string, items: unknown[], more: { key?: string } = {}): Promise<Answer> {
      const headers = more.key === undefined ? freshKey() : { 'idempotency-key': more.key };
      return callPatiently('POST', core('/holds'), { bearer: pass, headers, body: { performanceId, items } });
    },
    book(hold: Answer, name = 'Asha Rao', key: string = crypto.randomUUID()): Promise<Answer> {
      const email = `${name.toLowerCase().replaceAll(' ', '.')}@example.org`;
      const body = { receipt: textOf(hold, 'receipt'), buyer: { name, email } };
      return callPatiently('POST', core('/bookings'), { headers: { 'idempotency-key': key }, body });
    },
    /** Opens the checkout as a browser would, and pays (or fails to) at the sandbox. */
    async pay(booking: Answer, outcome: 'succeed' | 'fail' = 'succeed'): Promise<void> {
      const { payment }: { payment: { paymentId: string; checkoutUrl: string } } = JSON.parse(booking.text);
      const checkout = await callPatiently('GET', payment.checkoutUrl);
      const goesTo = checkout.headers.get('location') ?? '';
      if (checkout.status !== 303 || !goesTo.startsWith(ready.payments.sandboxUrl))
        throw new Error(`the checkout answered ${checkout.status} ${goesTo} ${checkout.text}`);
      const paid = await callPatiently('POST', `${ready.payments.sandboxUrl}/payments/${payment.paymentId}/complete`, {
        body: { outcome },
      });
      if (paid.status >= 300) throw new Error(`paying answered ${paid.status} ${paid.text}`);
    },
    async booking(booking: Answer): Promise<Answer> {
      return callPatiently('GET', core(`/bookings/${textOf(booking, 'bookingId')}`), {
        bearer: textOf(booking, 'accessToken'),
      });
    },
  };
}

/** A seat's two bits. */
export const stateOf = (states: Buffer, index: number): number => ((states[index >> 2] ?? 0) >> (2 * (index & 3))) & 3;

/** Asks again every 100 ms until it holds; fails after half a minute with the last answer. */
export async function eventually<T>(what: string, ask: () => Promise<T>, holds: (value: T) => boolean): Promise<T> {
  let last: T | undefined;
  for (let i = 0; i < 300; i++) {
    last = await ask();
    if (holds(last)) return last;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${what}: not within half a minute; last seen: ${JSON.stringify(last)?.slice(0, 500)}`);
}
