import type { GenericSchema } from 'valibot';
import { blockPatchSchema, blockRequestSchema } from '../../contracts/blocks.ts';
import {
  eventPatchSchema,
  newEventSchema,
  newPerformanceSchema,
  newVenueSchema,
  performancePatchSchema,
  venuePatchSchema,
} from '../../contracts/operator-catalogue.ts';
import {
  announcementSchema,
  newRoomSchema,
  revocationSchema,
  roomViewSchema,
  tokenRevocationSchema,
} from '../../contracts/operator-rooms.ts';
import type { ErrorCode } from '../../contracts/errors.ts';
import { roomPatchSchema } from '../../contracts/room-settings.ts';
import {
  newWebhookSchema,
  secretRotationSchema,
  webhookPatchSchema,
  webhookSecretSchema,
  webhookViewSchema,
} from '../../contracts/webhooks.ts';
import { importDocumentSchema } from '../../contracts/seat-map-import.ts';
import { BODY, KEY, type Described } from './described.ts';

/** As `DESCRIBED`, of the operators' routes. */
export const DESCRIBED_FOR_OPERATORS: Readonly<Record<string, Described>> = {
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
  'PATCH /api/core/v1/operator/performances/{id}/blocks/{blockId}': {
    body: { name: 'BlockPatch', schema: blockPatchSchema },
    answers: { 200: { text: 'The block, its version as ETag; If-Match makes sure that it was not changed meanwhile' } },
    codes: [...BODY, 'not_found', 'stale', 'store_unavailable'],
  },
  'DELETE /api/core/v1/operator/performances/{id}/blocks/{blockId}': {
    answers: {
      204: { text: 'Ended: what nobody has of it is on public sale. With If-Match only as it was looked at' },
    },
    codes: ['not_found', 'stale', 'store_unavailable'],
  },

  'GET /api/core/v1/operator/rooms/{room}': {
    answers: { 200: { text: 'Settings, with ETag', name: 'Room', schema: roomViewSchema } },
    codes: ['unauthenticated', 'forbidden', 'room_not_found'],
  },
  'PATCH /api/core/v1/operator/rooms/{room}': {
    body: { name: 'RoomPatch', schema: roomPatchSchema },
    answers: { 200: { text: 'The new settings', name: 'Room', schema: roomViewSchema } },
    codes: ['unauthenticated', 'forbidden', 'room_not_found', 'stale', ...BODY],
  },
  'POST /api/core/v1/operator/rooms': {
    body: { name: 'NewRoom', schema: newRoomSchema },
    answers: { 201: { text: 'The room, with ETag', name: 'Room', schema: roomViewSchema } },
    codes: ['unauthenticated', 'forbidden', 'room_exists', ...KEY, ...BODY],
  },
  ...Object.fromEntries(
    ['open', 'pause', 'resume', 'close'].map((action): [string, Described] => [
      `POST /api/core/v1/operator/rooms/{room}/${action}`,
      {
        answers: { 200: { text: 'The room, with ETag', name: 'Room', schema: roomViewSchema } },
        codes: ['unauthenticated', 'forbidden', 'room_not_found', ...KEY],
      },
    ]),
  ),
  'POST /api/core/v1/operator/rooms/{room}/announce': {
    body: { name: 'Announcement', schema: announcementSchema },
    answers: { 200: { text: 'The room, with ETag', name: 'Room', schema: roomViewSchema } },
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
  ...edited('venues', 'Venue', { created: newVenueSchema, patch: venuePatchSchema, missing: 'not_found' }),
  ...edited('events', 'Event', { created: newEventSchema, patch: eventPatchSchema, missing: 'event_not_found' }),
  ...edited('performances', 'Performance', {
    created: newPerformanceSchema,
    patch: performancePatchSchema,
    missing: 'performance_not_found',
  }),
  'GET /api/core/v1/operator/moves': {
    answers: {
      200: {
        text: 'Who has places of it and would be told of a move, and the newest moves with how far they are told',
      },
    },
    codes: ['unauthenticated', 'forbidden', 'invalid_request', 'busy', 'store_unavailable'],
  },
  'POST /api/core/v1/operator/seat-maps': {
    body: { name: 'SeatMapImport', schema: importDocumentSchema, media: ['text/csv'] },
    answers: {
      200: { text: 'A dry run: what would be written' },
      201: { text: 'Written whole, as docs/imports.md says' },
    },
    codes: ['unauthenticated', 'forbidden', 'id_taken', 'busy', ...KEY, ...BODY],
  },
  'GET /api/core/v1/operator/seat-maps/{id}': {
    answers: { 200: { text: 'The map without its seats' } },
    codes: ['unauthenticated', 'forbidden', 'not_found'],
  },
  'POST /api/core/v1/operator/tokens/revoke': {
    body: { name: 'OperatorTokenRevocation', schema: tokenRevocationSchema },
    answers: { 200: { text: 'Refused everywhere within a second' } },
    codes: ['unauthenticated', 'forbidden', ...KEY, ...BODY],
  },
};

/** What is added and changed by version: the calls are alike. */
function edited(
  path: string,
  name: string,
  { created, patch, missing }: { created: GenericSchema; patch: GenericSchema; missing: ErrorCode },
): Record<string, Described> {
  const codes: readonly ErrorCode[] = ['unauthenticated', 'forbidden'];
  const at = `/api/core/v1/operator/${path}`;
  return {
    [`GET ${at}`]: { answers: { 200: { text: 'A page, by id; `next` is the cursor of the one after it' } }, codes },
    [`POST ${at}`]: {
      body: { name: `New${name}`, schema: created },
      answers: { 201: { text: 'As it is now, with ETag' } },
      codes: [...codes, ...KEY, ...BODY, 'id_taken'],
    },
    [`GET ${at}/{id}`]: { answers: { 200: { text: 'As it is now, with ETag' } }, codes: [...codes, missing] },
    [`PATCH ${at}/{id}`]: {
      body: { name: `${name}Patch`, schema: patch },
      answers: { 200: { text: 'As it is now, with ETag' } },
      codes: [...codes, ...BODY, missing, 'stale'],
    },
  };
}
