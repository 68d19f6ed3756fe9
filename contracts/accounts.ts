import * as v from 'valibot';
import type { BookingStatus } from './bookings.ts';
import type { Money } from './holds.ts';
import type { WaitlistView } from './waitlist.ts';

const email = v.pipe(v.string(), v.trim(), v.email(), v.maxLength(254));

export const signInCodeRequestSchema = v.strictObject({ email });

/** Any text is a try, and counts as one; people copy codes with spaces and hyphens in them. */
export const sessionRequestSchema = v.strictObject({
  email,
  code: v.pipe(
    v.string(),
    v.maxLength(64),
    v.transform((typed) => typed.replaceAll(/[\s-]/g, '')),
  ),
});

/** What `POST accounts/sign-in-codes` answers with 202, whether there is such an account or not. */
export type SignInCodeSent = { expiresInSeconds: number; now: string };

/** Who is signed in. */
export type AccountView = { accountId: string; email: string };

/** What `POST accounts/sessions` answers with 201. Our own pages get a cookie in place of `accessToken`. */
export type AccountSession = { accessToken: string; sessionEndsAt: string; account: AccountView; now: string };

/** One booking as `GET accounts/me/bookings` lists it. */
export type AccountBooking = {
  bookingId: string;
  status: BookingStatus;
  performanceId: string;
  eventName: string;
  startsAt: string;
  timeZone: string;
  /** Seats and places together. */
  places: number;
  total: Money;
  payBy?: string;
  bookedAt: string;
};
export type AccountBookings = { items: AccountBooking[]; next: string | null };

/** One place in a waitlist as `GET accounts/me/waitlist` lists it: as `GET waitlist/{id}`, which the account opens, too, and what it is for. */
export type AccountWaitlistEntry = WaitlistView & {
  eventName: string;
  zoneName?: string;
  startsAt: string;
  timeZone: string;
  joinedAt: string;
};
export type AccountWaitlist = { items: AccountWaitlistEntry[]; next: string | null };
