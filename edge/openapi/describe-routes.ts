import { boardSchema } from '../../contracts/board.ts';
import {
  checkInRequestSchema,
  checkInViewSchema,
  offlineScansSchema,
  revocationsViewSchema,
} from '../../contracts/check-ins.ts';
import {
  bookingCreatedSchema,
  bookingRequestSchema,
  bookingViewSchema,
  cancelledSchema,
  entryTicketsViewSchema,
  paymentAttemptSchema,
} from '../../contracts/bookings.ts';
import {
  availabilityViewSchema,
  eventPageSchema,
  eventViewSchema,
  performanceViewSchema,
  seatMapSchema,
} from '../../contracts/catalogue.ts';
import { drawCheckRequestSchema, drawCheckSchema, drawSchema } from '../../contracts/draw.ts';
import type { ErrorCode } from '../../contracts/errors.ts';
import { transferRequestSchema } from '../../contracts/entry-tickets.ts';
import { extendRequestSchema, holdRequestSchema, holdViewSchema } from '../../contracts/holds.ts';
import { pushSubscriptionSchema } from '../../contracts/push.ts';
import { feedTokenGrantSchema, joinRequestSchema, passGrantSchema, placeSchema } from '../../contracts/place.ts';
import { turnNoticeRequestSchema } from '../../contracts/turn-notices.ts';
import { waitlistJoinedSchema, waitlistRequestSchema, waitlistViewSchema } from '../../contracts/waitlist.ts';
import { DESCRIBED_FOR_ACCOUNTS } from './describe-account-routes.ts';
import { DESCRIBED_FOR_OPERATORS } from './describe-operator-routes.ts';
import { BODY, KEY, type Described } from './described.ts';

const place = { name: 'Place', schema: placeSchema };
const hold = { name: 'Hold', schema: holdViewSchema };
const attempt = { name: 'PaymentAttempt', schema: paymentAttemptSchema };
const entry = { name: 'WaitlistEntry', schema: waitlistViewSchema };
const UNCHANGED = { text: 'As If-None-Match says' };
const TO_PAGE = { text: 'A form of the room’s page: back to it' };
const TO_ROOM = { text: 'Somebody who looks at a page and is not admitted: to the room' };
const TICKET: readonly ErrorCode[] = ['ticket_invalid', 'ticket_expired', 'ticket_wrong_room'];
const ROOM: readonly ErrorCode[] = ['room_not_found', 'room_recovering', 'store_unavailable'];
const RECEIPT: readonly ErrorCode[] = ['unauthenticated', 'receipt_invalid'];
const OPERATOR: readonly ErrorCode[] = ['unauthenticated', 'forbidden'];
const PASS: readonly ErrorCode[] = ['pass_invalid', 'not_admitted', 'session_ended', 'room_required'];
const SEARCH: readonly ErrorCode[] = ['invalid_request', 'rate_limited', 'busy', 'store_unavailable'];

/** By `METHOD path`, edge paths as they are and core paths as the gate serves them. A route without an entry gets a plain one. */
export const DESCRIBED: Readonly<Record<string, Described>> = {
  'GET /rooms/{room}': {
    answers: { 200: { text: 'The page, or the place', ...place }, 303: { text: 'To the shop: the pass is live' } },
    codes: [...TICKET, ...ROOM, 'unauthenticated', 'rate_limited'],
  },
  'POST /api/rooms/{room}/tickets': {
    body: { name: 'JoinRequest', schema: joinRequestSchema, optional: true },
    answers: {
      200: { text: 'The place of a known ticket', ...place },
      201: { text: 'A new place', ...place },
      303: TO_PAGE,
    },
    codes: [
      ...TICKET,
      ...ROOM,
      ...BODY,
      'forbidden',
      'lane_unknown',
      'code_invalid',
      'room_closed',
      'room_rejecting',
      'rate_limited',
      'challenge_required',
      'challenge_failed',
      'challenge_unavailable',
      'identity_required',
      'identity_invalid',
      'identity_in_line',
    ],
  },
  'GET /api/rooms/{room}/tickets/me': {
    answers: { 200: { text: 'The exact place', ...place } },
    codes: ['unauthenticated', ...TICKET, ...ROOM, 'rate_limited'],
  },
  'DELETE /api/rooms/{room}/tickets/me': {
    answers: { 204: { text: 'Given up' } },
    codes: ['unauthenticated', ...TICKET, ...ROOM, 'forbidden'],
  },
  'POST /api/rooms/{room}/passes': {
    answers: {
      201: { text: 'Admitted: the pass', name: 'PassGrant', schema: passGrantSchema },
      202: { text: 'Not yet: the place', ...place },
      303: { text: 'A form of the room’s page: to the shop, or back to it' },
    },
    codes: ['unauthenticated', ...TICKET, ...ROOM, ...BODY, 'ticket_spent', 'forbidden'],
  },
  'DELETE /api/rooms/{room}/passes/me': {
    answers: { 204: { text: 'The session is over' } },
    codes: [...PASS, ...ROOM, 'forbidden'],
  },
  'POST /api/rooms/{room}/feed-tokens': {
    answers: {
      201: { text: 'A token of 60 s, and the socket’s address', name: 'FeedToken', schema: feedTokenGrantSchema },
    },
    codes: ['unauthenticated', ...TICKET, ...BODY, 'forbidden'],
  },
  'GET /api/rooms/{room}/challenge': {
    answers: {
      200: { text: 'A challenge of altcha, good for five minutes and one join; or Turnstile’s site key and script' },
    },
    codes: [...ROOM, 'not_found', 'challenge_unavailable'],
  },
  'GET /api/rooms/{room}/draw': {
    answers: { 200: { text: 'The commitment; the seed once the room has opened', name: 'Draw', schema: drawSchema } },
    codes: ROOM,
  },
  'POST /api/rooms/{room}/draw/check': {
    body: { name: 'DrawCheckRequest', schema: drawCheckRequestSchema },
    answers: { 200: { text: 'The draw computed again', name: 'DrawCheck', schema: drawCheckSchema } },
    codes: [...TICKET, ...ROOM, ...BODY, 'lane_unknown'],
  },
  'GET /api/rooms/{room}/board': {
    answers: { 200: { text: 'The board', name: 'Board', schema: boardSchema } },
    codes: ROOM,
  },

  'GET /api/core/v1/events': {
    answers: {
      200: {
        text: 'A page of events and trains, with ETag: by id, or best first where there is a text',
        name: 'EventPage',
        schema: eventPageSchema,
      },
      304: UNCHANGED,
    },
    codes: SEARCH,
  },
  'GET /api/core/v1/events/suggestions': {
    answers: { 200: { text: 'Stations and events that may be meant, with ETag' }, 304: UNCHANGED },
    codes: SEARCH,
  },
  'GET /api/core/v1/events/{id}': {
    answers: { 200: { text: 'The event with its performances', name: 'Event', schema: eventViewSchema } },
    codes: [...SEARCH, 'event_not_found'],
  },
  'GET /api/core/v1/performances/{id}': {
    answers: {
      200: {
        text: 'With what is free between the stops named',
        name: 'PerformanceView',
        schema: performanceViewSchema,
      },
    },
    codes: [...SEARCH, 'performance_not_found'],
  },
  'GET /api/core/v1/performances/{id}/seat-map': {
    answers: { 200: { text: 'Never changes; with ETag', name: 'SeatMap', schema: seatMapSchema }, 304: UNCHANGED },
    codes: [...SEARCH, 'performance_not_found'],
  },
  'GET /api/core/v1/performances/{id}/availability': {
    answers: {
      200: { text: 'What is free, seat by seat; with ETag', name: 'Availability', schema: availabilityViewSchema },
      304: UNCHANGED,
    },
    codes: [...SEARCH, 'performance_not_found'],
  },

  'POST /api/core/v1/holds': {
    body: { name: 'HoldRequest', schema: holdRequestSchema },
    answers: { 201: { text: 'The hold', ...hold }, 303: TO_ROOM },
    codes: [
      ...PASS,
      ...KEY,
      ...BODY,
      'forbidden',
      'performance_not_found',
      'code_invalid',
      'seats_unavailable',
      'zone_sold_out',
      'limit_reached',
      'inventory_rebuilding',
      'rate_limited',
    ],
  },
  'GET /api/core/v1/holds/{id}': { answers: { 200: { text: 'The hold', ...hold } }, codes: [...RECEIPT, 'not_found'] },
  'DELETE /api/core/v1/holds/{id}': {
    answers: { 204: { text: 'Released' } },
    codes: [...RECEIPT, 'not_found', 'hold_already_booked'],
  },
  'POST /api/core/v1/holds/{id}/extend': {
    body: { name: 'ExtendRequest', schema: extendRequestSchema },
    answers: { 200: { text: 'The hold with a new receipt', ...hold }, 303: TO_ROOM },
    codes: [...PASS, ...KEY, ...BODY, 'forbidden', 'not_found', 'extension_refused', 'receipt_invalid', 'rate_limited'],
  },
  'POST /api/core/v1/bookings': {
    body: { name: 'BookingRequest', schema: bookingRequestSchema },
    answers: {
      201: { text: 'The booking, waiting for its payment', name: 'BookingCreated', schema: bookingCreatedSchema },
    },
    codes: [
      ...KEY,
      ...BODY,
      ...RECEIPT,
      'hold_already_booked',
      'hold_expired',
      'hold_lost',
      'seats_unavailable',
      'limit_reached',
      'busy',
    ],
  },
  'POST /api/core/v1/bookings/{id}/payments': {
    answers: { 201: { text: 'The open attempt with a fresh checkoutUrl, or a new one', ...attempt } },
    codes: [...KEY, 'not_found', 'booking_not_payable'],
  },
  'POST /api/core/v1/bookings/{id}/cancel': {
    answers: {
      200: { text: 'Status, and the refund where there is one', name: 'Cancelled', schema: cancelledSchema },
    },
    codes: [...KEY, 'not_found', 'booking_not_cancellable'],
  },
  'GET /api/core/v1/bookings/{id}': {
    answers: { 200: { text: 'The booking', name: 'Booking', schema: bookingViewSchema } },
    codes: ['not_found'],
  },
  'GET /api/core/v1/bookings/{id}/tickets': {
    answers: { 200: { text: 'The entry tickets', name: 'EntryTickets', schema: entryTicketsViewSchema } },
    codes: ['not_found', 'booking_not_confirmed'],
  },
  'GET /api/core/v1/bookings/{id}/tickets/{ticketId}/qr.svg': {
    answers: { 200: { text: 'The QR', media: 'image/svg+xml' } },
    codes: ['not_found', 'booking_not_confirmed'],
  },
  'GET /api/core/v1/entry-tickets/{id}': {
    answers: { 200: { text: 'The entry ticket with its code, for whoever it belongs to' } },
    codes: ['not_found', 'entry_ticket_revoked'],
  },
  'GET /api/core/v1/entry-tickets/{id}/qr.svg': {
    answers: { 200: { text: 'The QR', media: 'image/svg+xml' } },
    codes: ['not_found', 'entry_ticket_revoked'],
  },
  'POST /api/core/v1/entry-tickets/{id}/transfer': {
    body: { name: 'TransferRequest', schema: transferRequestSchema },
    answers: { 201: { text: 'The id of the ticket that takes its place; this one is revoked' } },
    codes: [...KEY, ...BODY, 'not_found', 'entry_ticket_not_transferable'],
  },
  'POST /api/core/v1/entry-tickets/{id}/take-back': {
    answers: { 201: { text: 'The id of the ticket that is theirs again; the one that was given away is revoked' } },
    codes: [...KEY, 'not_found', 'entry_ticket_not_returnable'],
  },
  'GET /api/core/v1/bookings/{id}/tickets.pdf': {
    answers: { 200: { text: 'The tickets on paper, in the language of Accept-Language', media: 'application/pdf' } },
    codes: ['not_found', 'booking_not_confirmed', 'busy'],
  },
  'GET /api/core/v1/bookings/{id}/calendar.ics': {
    answers: { 200: { text: 'A calendar entry (RFC 5545)', media: 'text/calendar' } },
    codes: ['not_found', 'booking_not_confirmed'],
  },
  'POST /api/core/v1/bookings/{id}/push-subscriptions': {
    body: { name: 'PushSubscription', schema: pushSubscriptionSchema },
    answers: { 201: { text: 'The id of the subscription; of the same browser always the same' } },
    codes: [...KEY, ...BODY, 'not_found', 'limit_reached'],
  },
  'DELETE /api/core/v1/bookings/{id}/push-subscriptions/{subscriptionId}': {
    answers: { 204: { text: 'Forgotten' } },
    codes: ['not_found'],
  },
  'POST /api/core/v1/waitlist/{id}/push-subscriptions': {
    body: { name: 'PushSubscription', schema: pushSubscriptionSchema },
    answers: { 201: { text: 'The id of the subscription; of the same browser always the same' } },
    codes: [...KEY, ...BODY, 'not_found', 'limit_reached'],
  },
  'DELETE /api/core/v1/waitlist/{id}/push-subscriptions/{subscriptionId}': {
    answers: { 204: { text: 'Forgotten' } },
    codes: ['not_found'],
  },
  'POST /api/core/v1/turn-notices': {
    body: { name: 'TurnNoticeRequest', schema: turnNoticeRequestSchema },
    answers: { 201: { text: 'The room, and by which way its visitor is told' } },
    codes: [...KEY, ...BODY, 'unauthenticated', 'not_found', 'rate_limited'],
  },
  'DELETE /api/core/v1/turn-notices': { answers: { 204: { text: 'Forgotten' } }, codes: ['unauthenticated'] },
  'GET /api/core/v1/notification-channels': {
    answers: { 200: { text: 'Whether mail is sent, and the public key for web push, or null' } },
    codes: [],
  },
  'GET /api/core/v1/bookings/{id}/checkout': {
    answers: { 303: { text: 'To the payment provider' } },
    codes: ['not_found', 'booking_not_payable', 'payment_provider_unavailable'],
  },
  'POST /api/core/v1/payments/webhooks/{provider}': {
    answers: { 204: { text: 'Stored, or of no concern' } },
    codes: ['signature_invalid', 'malformed_json', 'payload_too_large', 'not_found', 'busy', 'store_unavailable'],
  },
  'POST /api/core/v1/check-ins': {
    body: { name: 'CheckInRequest', schema: checkInRequestSchema },
    answers: {
      200: {
        text: 'What became of it: `result` is admit, already_in, revoked, wrong_performance or forged',
        name: 'CheckIn',
        schema: checkInViewSchema,
      },
    },
    codes: [...OPERATOR, ...KEY, ...BODY, 'performance_not_found', 'busy', 'store_unavailable'],
  },
  'POST /api/core/v1/check-ins/offline': {
    body: { name: 'OfflineScans', schema: offlineScansSchema },
    answers: {
      200: { text: 'The same of each scan, in their order; `conflict` where it should not have been let in' },
    },
    codes: [...KEY, ...BODY, 'performance_not_found', 'busy', 'store_unavailable'],
  },
  'GET /api/core/v1/check-ins/conflicts': {
    answers: { 200: { text: 'Scans of `performanceId` that let somebody in who should not have been, by pages' } },
    codes: ['invalid_request', 'performance_not_found', 'store_unavailable'],
  },
  'GET /api/core/v1/check-ins/keys': { answers: { 200: { text: 'A JWK set' } }, codes: [] },
  'GET /api/core/v1/check-ins/revocations': {
    answers: {
      200: {
        text: 'A list of `performanceId`, signed as a JWT of type revocation-list+jwt, good for a day',
        name: 'Revocations',
        schema: revocationsViewSchema,
      },
    },
    codes: ['performance_not_found', 'store_unavailable'],
  },
  'POST /api/core/v1/waitlist': {
    body: { name: 'WaitlistRequest', schema: waitlistRequestSchema },
    answers: {
      201: {
        text: 'The place in the line, and the token that opens it',
        name: 'WaitlistJoined',
        schema: waitlistJoinedSchema,
      },
    },
    codes: [...KEY, ...BODY, 'performance_not_found', 'limit_reached', 'rate_limited', 'store_unavailable'],
  },
  'GET /api/core/v1/waitlist/{id}': {
    answers: { 200: { text: 'The place, and the offer where there is one', ...entry } },
    codes: ['not_found'],
  },
  'DELETE /api/core/v1/waitlist/{id}': { answers: { 204: { text: 'Left' } }, codes: ['not_found'] },
  'POST /api/core/v1/waitlist/{id}/accept': {
    answers: { 201: { text: 'The places offered, as a hold', ...hold } },
    codes: [...KEY, ...BODY, 'not_found', 'offer_ended', 'inventory_rebuilding', 'store_unavailable'],
  },
  ...DESCRIBED_FOR_ACCOUNTS,
  ...DESCRIBED_FOR_OPERATORS,
};
