import * as v from 'valibot';
import { buyerSchema } from './bookings.ts';

/** What `POST entry-tickets/{id}/transfer` takes: who gets the ticket. */
export const transferRequestSchema = v.strictObject({ to: buyerSchema });
export type TransferRequest = v.InferOutput<typeof transferRequestSchema>;

/**
 * What it answers with 201. The ticket of before is revoked. The new holder has the new one by mail, and who gave it can't open it.
 * Only where no mail is sent is there an `accessToken`, which opens the new ticket alone: then it is the giver who passes it on.
 */
export type Transferred = { ticketId: string; to: { name: string }; accessToken?: string };

/**
 * What `POST entry-tickets/{id}/take-back` answers with 201, `{id}` being the ticket that was given away: the one that is theirs again. A
 * buyer's is in the booking. Whoever was given theirs has it by mail; only where no mail is sent is there an `accessToken`.
 */
export type TakenBack = { ticketId: string; accessToken?: string };

/** What `GET entry-tickets/{id}` answers. `code` is the signed text inside the QR. */
export type EntryTicketView = {
  id: string;
  performanceId: string;
  seat: string | null;
  zone: string;
  holder: { name: string };
  code: string;
  qrSvgUrl: string;
};
