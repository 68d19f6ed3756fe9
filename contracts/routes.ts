import { ACCOUNT_ROUTES } from './account-routes.ts';
import { OPERATOR_ROUTES } from './operator-routes.ts';
import type { Route } from './route.ts';

export type { Credential, Method, Route } from './route.ts';

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
  { method: 'GET', path: '/v1/events', credentials: ['none'], summary: 'List and search events and trains' },
  // Before the event of that name, which there can't be.
  { method: 'GET', path: '/v1/events/suggestions', credentials: ['none'], summary: 'What may be meant while typing' },
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
  {
    method: 'POST',
    path: '/v1/bookings',
    credentials: ['hold_receipt'],
    account: 'beside',
    idempotent: true,
    summary: 'Book the hold',
  },
  {
    method: 'GET',
    path: '/v1/bookings/:id',
    credentials: ['booking_token'],
    account: 'instead',
    summary: 'The booking',
  },
  {
    method: 'POST',
    path: '/v1/bookings/:id/payments',
    credentials: ['booking_token'],
    account: 'instead',
    idempotent: true,
    summary: 'Pay again',
  },
  {
    method: 'POST',
    path: '/v1/bookings/:id/cancel',
    credentials: ['booking_token'],
    account: 'instead',
    idempotent: true,
    summary: 'Cancel the booking',
  },
  {
    method: 'GET',
    path: '/v1/bookings/:id/tickets',
    credentials: ['booking_token'],
    account: 'instead',
    summary: 'Entry tickets',
  },
  {
    method: 'GET',
    path: '/v1/bookings/:id/tickets/:ticketId/qr.svg',
    credentials: ['booking_token'],
    account: 'instead',
    summary: "One ticket's QR",
  },
  {
    method: 'GET',
    path: '/v1/entry-tickets/:id',
    credentials: ['booking_token'],
    account: 'instead',
    summary: 'One entry ticket',
  },
  {
    method: 'GET',
    path: '/v1/entry-tickets/:id/qr.svg',
    credentials: ['booking_token'],
    account: 'instead',
    summary: 'Its QR',
  },
  {
    method: 'POST',
    path: '/v1/entry-tickets/:id/transfer',
    credentials: ['booking_token'],
    account: 'instead',
    idempotent: true,
    summary: 'Give it to somebody else',
  },
  {
    method: 'POST',
    path: '/v1/entry-tickets/:id/take-back',
    credentials: ['booking_token'],
    account: 'instead',
    idempotent: true,
    summary: 'Take back what was given away',
  },
  {
    method: 'GET',
    path: '/v1/bookings/:id/tickets.pdf',
    credentials: ['booking_token'],
    account: 'instead',
    summary: 'The tickets as PDF',
  },
  {
    method: 'GET',
    path: '/v1/bookings/:id/calendar.ics',
    credentials: ['booking_token'],
    account: 'instead',
    summary: 'The performance for a calendar',
  },
  {
    method: 'POST',
    path: '/v1/bookings/:id/push-subscriptions',
    credentials: ['booking_token'],
    account: 'instead',
    idempotent: true,
    summary: 'Tell this browser of the booking',
  },
  {
    method: 'DELETE',
    path: '/v1/bookings/:id/push-subscriptions/:subscriptionId',
    credentials: ['booking_token'],
    account: 'instead',
    summary: 'Tell that browser no more',
  },
  {
    method: 'POST',
    path: '/v1/turn-notices',
    credentials: ['feed_token'],
    idempotent: true,
    summary: 'Tell me when my turn is near',
  },
  { method: 'DELETE', path: '/v1/turn-notices', credentials: ['feed_token'], summary: 'Tell me no more' },
  {
    method: 'GET',
    path: '/v1/notification-channels',
    credentials: ['none'],
    summary: 'By which ways somebody can be told something',
  },
  {
    method: 'GET',
    path: '/v1/bookings/:id/checkout',
    credentials: ['checkout_code'],
    summary: 'Redirect to the provider',
  },
  {
    method: 'POST',
    path: '/v1/waitlist',
    credentials: ['none'],
    idempotent: true,
    summary: 'Wait for sold-out places',
  },
  {
    method: 'GET',
    path: '/v1/waitlist/:id',
    credentials: ['waitlist_token'],
    account: 'instead',
    summary: 'The entry, its position and offer',
  },
  {
    method: 'DELETE',
    path: '/v1/waitlist/:id',
    credentials: ['waitlist_token'],
    account: 'instead',
    summary: 'Leave the waitlist',
  },
  {
    method: 'POST',
    path: '/v1/waitlist/:id/accept',
    credentials: ['waitlist_token'],
    account: 'instead',
    idempotent: true,
    summary: 'Hold what is offered',
  },
  {
    method: 'POST',
    path: '/v1/waitlist/:id/push-subscriptions',
    credentials: ['waitlist_token'],
    account: 'instead',
    idempotent: true,
    summary: 'Tell this browser of an offer',
  },
  {
    method: 'DELETE',
    path: '/v1/waitlist/:id/push-subscriptions/:subscriptionId',
    credentials: ['waitlist_token'],
    account: 'instead',
    summary: 'Tell that browser no more of it',
  },
  {
    method: 'POST',
    path: '/v1/payments/webhooks/:provider',
    credentials: ['webhook_signature'],
    summary: 'Payment events',
  },
  ...ACCOUNT_ROUTES,
  {
    method: 'POST',
    path: '/v1/check-ins',
    credentials: ['operator'],
    role: 'door',
    idempotent: true,
    summary: 'Let the bearer of an entry ticket in, once',
  },
  {
    method: 'POST',
    path: '/v1/check-ins/offline',
    credentials: ['operator'],
    role: 'door',
    idempotent: true,
    summary: 'Hand in what a gate let in without a network',
  },
  {
    method: 'GET',
    path: '/v1/check-ins/conflicts',
    credentials: ['operator'],
    role: 'door',
    summary: 'Who was let in and should not have been',
  },
  { method: 'GET', path: '/v1/check-ins/keys', credentials: ['none'], summary: 'Keys to verify entry tickets with' },
  {
    method: 'GET',
    path: '/v1/check-ins/revocations',
    credentials: ['none'],
    summary: "A performance's revoked entry tickets, signed",
  },
  ...OPERATOR_ROUTES,
  { method: 'GET', path: '/.well-known/jwks.json', credentials: ['none'], summary: "Core's public keys" },
] as const satisfies readonly Route[];

/** Where a route's pattern has `:name`, any segment but an empty one matches. Returns the first match, as hono would. */
export function matchRoute<R extends Route>(routes: readonly R[], method: string, path: string): R | undefined {
  const segments = path.split('/');
  return routes.find((route) => {
    if (route.method !== method) return false;
    const pattern = route.path.split('/');
    return (
      pattern.length === segments.length &&
      pattern.every((part, i) => (part.startsWith(':') ? segments[i] !== '' : part === segments[i]))
    );
  });
}
