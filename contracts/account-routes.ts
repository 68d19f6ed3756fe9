import type { Route } from './route.ts';

/** Routes of customers' accounts. */
export const ACCOUNT_ROUTES = [
  {
    method: 'POST',
    path: '/v1/accounts/sign-in-codes',
    credentials: ['none'],
    idempotent: true,
    summary: 'Send a code to an e-mail address',
  },
  {
    method: 'POST',
    path: '/v1/accounts/sessions',
    credentials: ['none'],
    idempotent: true,
    summary: 'Sign in with the code',
  },
  { method: 'DELETE', path: '/v1/accounts/sessions/me', credentials: ['account'], summary: 'Sign out' },
  { method: 'GET', path: '/v1/accounts/me', credentials: ['account'], summary: 'Who is signed in' },
  { method: 'GET', path: '/v1/accounts/me/bookings', credentials: ['account'], summary: 'The own bookings' },
  { method: 'GET', path: '/v1/accounts/me/waitlist', credentials: ['account'], summary: 'The own places in waitlists' },
  { method: 'GET', path: '/v1/accounts/me/export', credentials: ['account'], summary: 'All that is kept of a person' },
  { method: 'DELETE', path: '/v1/accounts/me', credentials: ['account'], summary: 'Erase what is kept of a person' },
] as const satisfies readonly Route[];
