import { sessionRequestSchema, signInCodeRequestSchema } from '../../contracts/accounts.ts';
import type { ErrorCode } from '../../contracts/errors.ts';
import { BODY, KEY, type Described } from './described.ts';

const ACCOUNT: readonly ErrorCode[] = ['unauthenticated', 'store_unavailable'];

/** Calls of customers' accounts. */
export const DESCRIBED_FOR_ACCOUNTS: Readonly<Record<string, Described>> = {
  'POST /api/core/v1/accounts/sign-in-codes': {
    body: { name: 'SignInCodeRequest', schema: signInCodeRequestSchema },
    answers: {
      202: { text: 'A code is on its way, whether there is an account or not; it takes the place of the last' },
    },
    codes: [...KEY, ...BODY, 'rate_limited', 'busy', 'store_unavailable'],
  },
  'POST /api/core/v1/accounts/sessions': {
    body: { name: 'SessionRequest', schema: sessionRequestSchema },
    answers: { 201: { text: 'The session: `accessToken`, or a cookie in place of it for a page of this origin' } },
    codes: [...KEY, ...BODY, 'code_invalid', 'rate_limited', 'store_unavailable'],
  },
  'DELETE /api/core/v1/accounts/sessions/me': { answers: { 204: { text: 'Signed out' } }, codes: ACCOUNT },
  'GET /api/core/v1/accounts/me': { answers: { 200: { text: 'Who is signed in' } }, codes: ACCOUNT },
  'GET /api/core/v1/accounts/me/bookings': {
    answers: { 200: { text: 'A page of the own bookings, the newest first' } },
    codes: [...ACCOUNT, 'invalid_request'],
  },
  'GET /api/core/v1/accounts/me/waitlist': {
    answers: { 200: { text: 'A page of the own places in waitlists, the newest first, with position and offer' } },
    codes: [...ACCOUNT, 'invalid_request'],
  },
  'GET /api/core/v1/accounts/me/export': {
    answers: { 200: { text: 'All that is kept of a person, as one document' } },
    codes: [...ACCOUNT, 'rate_limited'],
  },
  'DELETE /api/core/v1/accounts/me': {
    answers: { 204: { text: 'Erased, and signed out everywhere' } },
    codes: [...ACCOUNT, 'erasure_refused', 'busy'],
  },
};
