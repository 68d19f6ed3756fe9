import type { OperatorRole } from './token-claims.ts';

/**
 * Every route with the credentials it takes (DESIGN §6). The gate refuses early by this table, core judges again by it,
 * and the OpenAPI document is written from it. A route that is not here is not served.
 */
export type Credential =
  | 'none'
  /** A signed queue ticket: Bearer or the ticket cookie. */
  | 'queue_ticket'
  /** A live access pass: Bearer or the pass cookie. */
  | 'access_pass'
  /** A hold receipt as Bearer or in the body. */
  | 'hold_receipt'
  /** The opaque token that `POST bookings` returned. */
  | 'booking_token'
  /** The short-lived code in a checkout address. */
  | 'checkout_code'
  /** A payment provider's webhook signature. */
  | 'webhook_signature'
  | 'operator';

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

export type Route = {
  method: Method;
  /** hono syntax; core routes start with /v1. */
  path: string;
  /** All of these are needed; an empty list never occurs. */
  credentials: readonly [Credential, ...Credential[]];
  /** The least role, for `operator` routes. */
  role?: OperatorRole;
  /** Whether an `Idempotency-Key` is required. */
  idempotent?: true;
  summary: string;
};

/** Routes of the public origin. */
export const EDGE_ROUTES = [
  { method: 'GET', path: '/rooms/:room', credentials: ['none'], summary: 'The waiting page, or the place as JSON' },
  {
    method: 'POST',
    path: '/api/rooms/:room/tickets',
    credentials: ['none'],
    summary: 'Join the line, or come back to it',
  },
  { method: 'GET', path: '/api/rooms/:room/tickets/me', credentials: ['queue_ticket'], summary: 'The exact place' },
  {
    method: 'DELETE',
    path: '/api/rooms/:room/tickets/me',
    credentials: ['queue_ticket'],
    summary: 'Give the place up',
  },
  {
    method: 'POST',
    path: '/api/rooms/:room/passes',
    credentials: ['queue_ticket'],
    summary: 'Answer the call, keep ready, claim',
  },
  { method: 'DELETE', path: '/api/rooms/:room/passes/me', credentials: ['access_pass'], summary: 'End the session' },
  {
    method: 'POST',
    path: '/api/rooms/:room/feed-tokens',
    credentials: ['queue_ticket'],
    summary: 'A token for the feed',
  },
  { method: 'GET', path: '/api/rooms/:room/board', credentials: ['none'], summary: 'The board' },
  { method: 'GET', path: '/api/rooms/:room/challenge', credentials: ['none'], summary: 'A proof of work to solve' },
  { method: 'GET', path: '/api/rooms/:room/draw', credentials: ['none'], summary: 'Commitment and seed of the draw' },
  { method: 'POST', path: '/api/rooms/:room/draw/check', credentials: ['none'], summary: 'Compute a draw again' },
] as const satisfies readonly Route[];

/** Routes of core, which the gate serves below /api/core. */
export const CORE_ROUTES = [
  { method: 'GET', path: '/v1/events', credentials: ['none'], summary: 'List events' },
  { method: 'GET', path: '/v1/events/:id', credentials: ['none'], summary: 'One event' },
  { method: 'GET', path: '/v1/performances/:id', credentials: ['none'], summary: 'One performance' },
  { method: 'GET', path: '/v1/performances/:id/seat-map', credentials: ['none'], summary: 'The immutable seat map' },
  { method: 'GET', path: '/v1/performances/:id/availability', credentials: ['none'], summary: 'What is free now' },
  { method: 'POST', path: '/v1/holds', credentials: ['access_pass'], idempotent: true, summary: 'Hold seats' },
  { method: 'GET', path: '/v1/holds/:id', credentials: ['hold_receipt'], summary: 'The hold' },
  { method: 'DELETE', path: '/v1/holds/:id', credentials: ['hold_receipt'], summary: 'Release the hold' },
  {
    method: 'POST',
    path: '/v1/holds/:id/extend',
    credentials: ['access_pass', 'hold_receipt'],
    idempotent: true,
    summary: 'Extend the hold',
  },
  { method: 'POST', path: '/v1/bookings', credentials: ['hold_receipt'], idempotent: true, summary: 'Book the hold' },
  { method: 'GET', path: '/v1/bookings/:id', credentials: ['booking_token'], summary: 'The booking' },
  {
    method: 'POST',
    path: '/v1/bookings/:id/payments',
    credentials: ['booking_token'],
    idempotent: true,
    summary: 'Pay again',
  },
  {
    method: 'POST',
    path: '/v1/bookings/:id/cancel',
    credentials: ['booking_token'],
    idempotent: true,
    summary: 'Cancel the booking',
  },
  { method: 'GET', path: '/v1/bookings/:id/tickets', credentials: ['booking_token'], summary: 'Entry tickets' },
  {
    method: 'GET',
    path: '/v1/bookings/:id/tickets/:ticketId/qr.svg',
    credentials: ['booking_token'],
    summary: "One ticket's QR",
  },
  {
    method: 'GET',
    path: '/v1/bookings/:id/checkout',
    credentials: ['checkout_code'],
    summary: 'Redirect to the provider',
  },
  {
    method: 'POST',
    path: '/v1/payments/webhooks/:provider',
    credentials: ['webhook_signature'],
    summary: 'Payment events',
  },
  { method: 'GET', path: '/v1/operator/rooms', credentials: ['operator'], role: 'viewer', summary: 'List rooms' },
  { method: 'GET', path: '/v1/operator/rooms/:room', credentials: ['operator'], role: 'viewer', summary: 'One room' },
  {
    method: 'PATCH',
    path: '/v1/operator/rooms/:room',
    credentials: ['operator'],
    role: 'operator',
    summary: "Change a room's settings",
  },
  {
    method: 'GET',
    path: '/v1/operator/rooms/:room/stats',
    credentials: ['operator'],
    role: 'viewer',
    summary: "A room's counts",
  },
  {
    method: 'POST',
    path: '/v1/operator/rooms/:room/pause',
    credentials: ['operator'],
    role: 'operator',
    idempotent: true,
    summary: 'Stop admission',
  },
  {
    method: 'POST',
    path: '/v1/operator/rooms/:room/resume',
    credentials: ['operator'],
    role: 'operator',
    idempotent: true,
    summary: 'Go on',
  },
  {
    method: 'POST',
    path: '/v1/operator/rooms',
    credentials: ['operator'],
    role: 'operator',
    idempotent: true,
    summary: 'Add a room',
  },
  {
    method: 'POST',
    path: '/v1/operator/rooms/:room/open',
    credentials: ['operator'],
    role: 'operator',
    idempotent: true,
    summary: 'Open the lobby now, or reopen a closed room',
  },
  {
    method: 'POST',
    path: '/v1/operator/rooms/:room/close',
    credentials: ['operator'],
    role: 'operator',
    idempotent: true,
    summary: 'Take nobody in any more',
  },
  {
    method: 'POST',
    path: '/v1/operator/rooms/:room/announce',
    credentials: ['operator'],
    role: 'operator',
    idempotent: true,
    summary: 'Show a message to everyone in the room',
  },
  {
    method: 'POST',
    path: '/v1/operator/rooms/:room/revoke',
    credentials: ['operator'],
    role: 'operator',
    idempotent: true,
    summary: 'Take a ticket out of the room',
  },
  {
    method: 'POST',
    path: '/v1/operator/tokens/revoke',
    credentials: ['operator'],
    role: 'admin',
    idempotent: true,
    summary: 'Make an operator token useless',
  },
  {
    method: 'POST',
    path: '/v1/operator/bookings/:id/refund',
    credentials: ['operator'],
    role: 'operator',
    idempotent: true,
    summary: 'Give money back; a confirmed booking is cancelled',
  },
  {
    method: 'GET',
    path: '/v1/operator/bookings/:id/history',
    credentials: ['operator'],
    role: 'viewer',
    summary: 'Who did what to a booking',
  },
  {
    method: 'GET',
    path: '/v1/operator/bookings.csv',
    credentials: ['operator'],
    role: 'operator',
    summary: 'All bookings, or one performance’s, as CSV',
  },
  {
    method: 'GET',
    path: '/v1/operator/dead-letters',
    credentials: ['operator'],
    role: 'viewer',
    summary: 'Work that was laid aside',
  },
  {
    method: 'POST',
    path: '/v1/operator/dead-letters/:id/replay',
    credentials: ['operator'],
    role: 'operator',
    idempotent: true,
    summary: 'Try it again',
  },
  {
    method: 'POST',
    path: '/v1/operator/reconciliations',
    credentials: ['operator'],
    role: 'operator',
    idempotent: true,
    summary: 'Compare Redis, Postgres and the provider now',
  },
  {
    method: 'GET',
    path: '/v1/operator/reconciliations',
    credentials: ['operator'],
    role: 'viewer',
    summary: 'What comparisons found',
  },
  {
    method: 'GET',
    path: '/v1/operator/reconciliations/:id',
    credentials: ['operator'],
    role: 'viewer',
    summary: 'One comparison with each difference',
  },
  {
    method: 'GET',
    path: '/v1/operator/webhooks',
    credentials: ['operator'],
    role: 'operator',
    summary: 'Where events are sent',
  },
  {
    method: 'POST',
    path: '/v1/operator/webhooks',
    credentials: ['operator'],
    role: 'operator',
    idempotent: true,
    summary: 'Have events of bookings sent to an address',
  },
  {
    method: 'PATCH',
    path: '/v1/operator/webhooks/:id',
    credentials: ['operator'],
    role: 'operator',
    summary: 'Change or disable an endpoint',
  },
  {
    method: 'DELETE',
    path: '/v1/operator/webhooks/:id',
    credentials: ['operator'],
    role: 'operator',
    summary: 'Take an endpoint away',
  },
  {
    method: 'POST',
    path: '/v1/operator/webhooks/:id/rotate-secret',
    credentials: ['operator'],
    role: 'operator',
    idempotent: true,
    summary: 'Make a new secret; the old one signs beside it for a while',
  },
  {
    method: 'POST',
    path: '/v1/operator/webhooks/:id/test',
    credentials: ['operator'],
    role: 'operator',
    idempotent: true,
    summary: 'Send a test event',
  },
  {
    method: 'POST',
    path: '/v1/operator/performances/:id/blocks',
    credentials: ['operator'],
    role: 'operator',
    idempotent: true,
    summary: 'Keep places out of the public sale, or for a channel’s code',
  },
  {
    method: 'GET',
    path: '/v1/operator/performances/:id/blocks',
    credentials: ['operator'],
    role: 'viewer',
    summary: 'Blocks and allocations of a performance',
  },
  {
    method: 'DELETE',
    path: '/v1/operator/performances/:id/blocks/:blockId',
    credentials: ['operator'],
    role: 'operator',
    summary: 'End a block: its places are on public sale again',
  },
  { method: 'GET', path: '/v1/operator/audit', credentials: ['operator'], role: 'viewer', summary: 'Who changed what' },
  { method: 'GET', path: '/.well-known/jwks.json', credentials: ['none'], summary: "Core's public keys" },
] as const satisfies readonly Route[];

/** Where a route's pattern has `:name`, any segment matches. Returns the first match, as hono would. */
export function matchRoute<R extends Route>(routes: readonly R[], method: string, path: string): R | undefined {
  const segments = path.split('/');
  return routes.find((route) => {
    if (route.method !== method) return false;
    const pattern = route.path.split('/');
    return (
      pattern.length === segments.length && pattern.every((part, i) => part.startsWith(':') || part === segments[i])
    );
  });
}
