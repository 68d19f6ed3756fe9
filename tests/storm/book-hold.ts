import * as v from 'valibot';
import { BUYER } from '../../core/core-world.fixture.ts';
import type { Told } from '../checker/history.ts';
import type { Asking } from './asking.ts';

export const heldSchema = v.object({ holdId: v.string(), receipt: v.string() });
const bookedSchema = v.object({
  bookingId: v.string(),
  accessToken: v.string(),
  payment: v.object({ paymentId: v.string(), checkoutUrl: v.string() }),
  total: v.object({ amountMinor: v.number(), currency: v.string() }),
});
export type Booked = v.InferOutput<typeof bookedSchema>;

/** Books a hold, where `twice` with two keys at once; what was told of it, the booking, and the first answer's status. */
export async function bookHold(
  { post }: Asking,
  { holdId, receipt }: v.InferOutput<typeof heldSchema>,
  { seats, standing }: { seats: string[]; standing: number },
  { twice = false } = {},
): Promise<{ told: Told[]; own: Booked | undefined; status: number | undefined }> {
  const book = () => post('/v1/bookings', null, { receipt, buyer: BUYER });
  const answers = await Promise.all(twice ? [book(), book()] : [book()]);
  const booked = answers.filter(({ status }) => status === 201).map(({ body }) => v.parse(bookedSchema, body));
  const told = booked.map(({ bookingId, total }) => ({
    kind: 'booked' as const,
    bookingId,
    holdId,
    seats,
    places: standing === 0 ? {} : { standing },
    totalMinor: total.amountMinor,
    currency: total.currency,
  }));
  return { told, own: booked[0], status: answers[0]?.status };
}
