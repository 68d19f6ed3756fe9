import type { GenericSchema } from 'valibot';
import { blockRequestSchema } from '../../contracts/blocks.ts';
import { boardSchema } from '../../contracts/board.ts';
import { bookingRequestSchema } from '../../contracts/bookings.ts';
import { drawCheckRequestSchema, drawCheckSchema, drawSchema } from '../../contracts/draw.ts';
import type { ErrorCode } from '../../contracts/errors.ts';
import { extendRequestSchema, holdRequestSchema } from '../../contracts/holds.ts';
import { joinRequestSchema, passGrantSchema, placeSchema } from '../../contracts/place.ts';
import {
  announcementSchema,
  newRoomSchema,
  revocationSchema,
  tokenRevocationSchema,
} from '../../contracts/operator-rooms.ts';
import {
  newWebhookSchema,
  secretRotationSchema,
  webhookPatchSchema,
  webhookSecretSchema,
  webhookViewSchema,
} from '../../contracts/webhooks.ts';
import { roomPatchSchema, roomSettingsSchema } from '../../contracts/room-settings.ts';

/** What the route table does not say: bodies, the answer when all goes well, and the refusals of this call's own. */
export type Described = {
  body?: { name: string; schema: GenericSchema; optional?: true };
  answers: Record<number, { text: string; name?: string; schema?: GenericSchema; media?: string }>;
  codes: readonly ErrorCode[];
};

const place = { name: 'Place', schema: placeSchema };
const TICKET: readonly ErrorCode[] = ['ticket_invalid', 'ticket_expired', 'ticket_wrong_room'];
const ROOM: readonly ErrorCode[] = ['room_not_found', 'room_recovering', 'store_unavailable'];
const PASS: readonly ErrorCode[] = ['pass_invalid', 'not_admitted', 'session_ended', 'room_required'];
const KEY: readonly ErrorCode[] = [
  'idempotency_key_required',
  'idempotency_key_invalid',
  'idempotency_key_reused',
  'idempotency_key_in_flight',
];
const BODY: readonly ErrorCode[] = ['malformed_json', 'payload_too_large', 'unsupported_media_type', 'invalid_request'];

/** By `METHOD path`, edge paths as they are and core paths as the gate serves them. A route without an entry gets a plain one. */
export const DESCRIBED: Readonly<Record<string, Described>> = {
  'GET /rooms/{room}': {
    answers: { 200: { text: 'The page, or the place', ...place }, 303: { text: 'To the shop: the pass is live' } },
    codes: [...TICKET, ...ROOM, 'unauthenticated', 'rate_limited'],
  },
  'POST /api/rooms/{room}/tickets': {
    body: { name: 'JoinRequest', schema: joinRequestSchema, optional: true },
    answers: { 200: { text: 'The place of a known ticket', ...place }, 201: { text: 'A new place', ...place } },
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
    },
    codes: ['unauthenticated', ...TICKET, ...ROOM, ...BODY, 'ticket_spent', 'forbidden'],
  },
  'DELETE /api/rooms/{room}/passes/me': {
    answers: { 204: { text: 'The session is over' } },
    codes: [...PASS, ...ROOM, 'forbidden'],
  },
  'POST /api/rooms/{room}/feed-tokens': {
    answers: { 201: { text: 'A token of 60 s, and the socket’s address' } },
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

  'POST /api/core/v1/operator/performances/{id}/blocks': {
    body: { name: 'BlockRequest', schema: blockRequestSchema },
    answers: { 201: { text: 'The block, or the allocation where it has a code; the code is not told again' } },
    codes: [
      ...KEY,
      ...BODY,
      'performance_not_found',
      'seats_unavailable',
      'zone_sold_out',
      'inventory_rebuilding',
      'store_unavailable',
    ],
  },
  'GET /api/core/v1/operator/performances/{id}/blocks': {
    answers: { 200: { text: 'Those that stand, newest first, with what is sold of an allocation' } },
    codes: ['performance_not_found'],
  },
  'DELETE /api/core/v1/operator/performances/{id}/blocks/{blockId}': {
    answers: { 204: { text: 'Ended: what nobody has of it is on public sale' } },
    codes: ['not_found', 'store_unavailable'],
  },

  'POST /api/core/v1/holds': {
    body: { name: 'HoldRequest', schema: holdRequestSchema },
    answers: { 201: { text: 'The hold' } },
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
  'GET /api/core/v1/holds/{id}': { answers: { 200: { text: 'The hold' } }, codes: ['receipt_invalid', 'not_found'] },
  'DELETE /api/core/v1/holds/{id}': { answers: { 204: { text: 'Released' } }, codes: ['receipt_invalid', 'not_found'] },
  'POST /api/core/v1/holds/{id}/extend': {
    body: { name: 'ExtendRequest', schema: extendRequestSchema },
    answers: { 200: { text: 'The hold with a new receipt' } },
    codes: [...PASS, ...KEY, ...BODY, 'forbidden', 'extension_refused', 'receipt_invalid', 'rate_limited'],
  },
  'POST /api/core/v1/bookings': {
    body: { name: 'BookingRequest', schema: bookingRequestSchema },
    answers: { 201: { text: 'The booking, waiting for its payment' } },
    codes: [
      ...KEY,
      ...BODY,
      'receipt_invalid',
      'hold_expired',
      'hold_lost',
      'seats_unavailable',
      'limit_reached',
      'busy',
    ],
  },
  'POST /api/core/v1/bookings/{id}/payments': {
    answers: { 200: { text: 'The open attempt, with a fresh checkoutUrl' } },
    codes: [...KEY, 'not_found', 'booking_not_payable'],
  },
  'POST /api/core/v1/bookings/{id}/cancel': {
    answers: { 200: { text: 'Status, and the refund where there is one' } },
    codes: [...KEY, 'not_found', 'booking_not_cancellable'],
  },
  'GET /api/core/v1/bookings/{id}/tickets': {
    answers: { 200: { text: 'The entry tickets' } },
    codes: ['not_found', 'booking_not_confirmed'],
  },
  'GET /api/core/v1/bookings/{id}/tickets/{ticketId}/qr.svg': {
    answers: { 200: { text: 'The QR', media: 'image/svg+xml' } },
    codes: ['not_found', 'booking_not_confirmed'],
  },
  'GET /api/core/v1/bookings/{id}/checkout': {
    answers: { 303: { text: 'To the payment provider' } },
    codes: ['not_found', 'booking_not_payable', 'payment_provider_unavailable'],
  },
  'POST /api/core/v1/payments/webhooks/{provider}': {
    answers: { 200: { text: 'Stored' } },
    codes: ['signature_invalid', 'not_found'],
  },
  'GET /api/core/v1/operator/rooms/{room}': {
    answers: { 200: { text: 'Settings, with ETag', name: 'RoomSettings', schema: roomSettingsSchema } },
    codes: ['unauthenticated', 'forbidden', 'room_not_found'],
  },
  'PATCH /api/core/v1/operator/rooms/{room}': {
    body: { name: 'RoomPatch', schema: roomPatchSchema },
    answers: { 200: { text: 'The new settings', name: 'RoomSettings', schema: roomSettingsSchema } },
    codes: ['unauthenticated', 'forbidden', 'room_not_found', 'stale', ...BODY],
  },
  'POST /api/core/v1/operator/rooms': {
    body: { name: 'NewRoom', schema: newRoomSchema },
    answers: { 201: { text: 'The room, with ETag', name: 'RoomSettings', schema: roomSettingsSchema } },
    codes: ['unauthenticated', 'forbidden', 'room_exists', ...KEY, ...BODY],
  },
  ...Object.fromEntries(
    ['open', 'pause', 'resume', 'close'].map((action): [string, Described] => [
      `POST /api/core/v1/operator/rooms/{room}/${action}`,
      {
        answers: { 200: { text: 'The room, with ETag', name: 'RoomSettings', schema: roomSettingsSchema } },
        codes: ['unauthenticated', 'forbidden', 'room_not_found', ...KEY],
      },
    ]),
  ),
  'POST /api/core/v1/operator/rooms/{room}/announce': {
    body: { name: 'Announcement', schema: announcementSchema },
    answers: { 200: { text: 'The room, with ETag', name: 'RoomSettings', schema: roomSettingsSchema } },
    codes: ['unauthenticated', 'forbidden', 'room_not_found', ...KEY, ...BODY],
  },
  'POST /api/core/v1/operator/rooms/{room}/revoke': {
    body: { name: 'TicketRevocation', schema: revocationSchema },
    answers: { 200: { text: 'Noted; done by the next tick' } },
    codes: ['unauthenticated', 'forbidden', 'room_not_found', ...KEY, ...BODY],
  },
  'POST /api/core/v1/operator/webhooks': {
    body: { name: 'NewWebhook', schema: newWebhookSchema },
    answers: { 201: { text: 'The endpoint, with its secret', name: 'WebhookSecret', schema: webhookSecretSchema } },
    codes: ['unauthenticated', 'forbidden', 'limit_reached', ...KEY, ...BODY],
  },
  'PATCH /api/core/v1/operator/webhooks/{id}': {
    body: { name: 'WebhookPatch', schema: webhookPatchSchema },
    answers: { 200: { text: 'The endpoint', name: 'Webhook', schema: webhookViewSchema } },
    codes: ['unauthenticated', 'forbidden', 'not_found', ...BODY],
  },
  'DELETE /api/core/v1/operator/webhooks/{id}': {
    answers: { 204: { text: 'Gone' } },
    codes: ['unauthenticated', 'forbidden', 'not_found'],
  },
  'POST /api/core/v1/operator/webhooks/{id}/rotate-secret': {
    body: { name: 'SecretRotation', schema: secretRotationSchema },
    answers: { 200: { text: 'The endpoint, with its new secret', name: 'WebhookSecret', schema: webhookSecretSchema } },
    codes: ['unauthenticated', 'forbidden', 'not_found', ...KEY, ...BODY],
  },
  'POST /api/core/v1/operator/webhooks/{id}/test': {
    answers: { 202: { text: 'It is sent soon' } },
    codes: ['unauthenticated', 'forbidden', 'not_found', ...KEY],
  },
  'POST /api/core/v1/operator/tokens/revoke': {
    body: { name: 'OperatorTokenRevocation', schema: tokenRevocationSchema },
    answers: { 200: { text: 'Refused everywhere within a second' } },
    codes: ['unauthenticated', 'forbidden', ...KEY, ...BODY],
  },
};
