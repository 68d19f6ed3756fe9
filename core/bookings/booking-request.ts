import * as v from 'valibot';
import { bookingRequestSchema, type BookingRequest } from '../../contracts/bookings.ts';
import type { HoldReceiptClaims } from '../../contracts/token-claims.ts';
import type { AccountRow } from '../../db/queries/accounts.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import { isAccountCredential, requireAccount } from '../accounts/find-account.ts';
import type { CoreDeps } from '../deps.ts';
import { readBearer } from '../http/credentials.ts';
import { bodyHash, requireIdempotencyKey } from '../http/idempotency-key.ts';
import { parseBody, readJson } from '../http/json-body.ts';
import { headersOf, type AnyRequest } from '../http/node-request.ts';
import type { KeyedRequest } from '../idempotency/stored-answer.ts';
import { pickLanguage, type Language } from '../notifications/language.ts';

/** A judged `POST bookings`. An expired receipt still proves whose request it is: its earlier answer may be asked for again. */
export type JudgedRequest = {
  claims: HoldReceiptClaims;
  /** Who is signed in; null: a guest. */
  account: AccountRow | null;
  isExpired: boolean;
  keyed: KeyedRequest;
  body: BookingRequest;
  /** What the buyer's browser asked for, of those that messages are written in. */
  language: Language;
};

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/**
 * Judges a receipt (Bearer, or `receipt` in the body), then the account (Bearer, with the receipt in the body), then the key, then the
 * body. A receipt in the header is judged before the body is read. Refuses: `unauthenticated` (no receipt, or a session that has ended),
 * `receipt_invalid`, `idempotency_key_*`, and what `readJson` refuses.
 */
export async function judgeBookingRequest(
  deps: Pick<CoreDeps, 'keys' | 'clock' | 'sql'>,
  request: AnyRequest,
): Promise<JudgedRequest> {
  const headers = headersOf(request);
  const credential = readBearer(headers);
  const isAccount = credential !== null && isAccountCredential(deps, credential);
  const bearer = isAccount ? null : credential;
  const early = bearer === null ? null : await judgeReceipt(deps, bearer);
  const json = await readJson(request, v.unknown());
  const fields = isObject(json) ? json : {};
  const inBody = fields['receipt'];
  if (inBody === undefined && bearer === null) throw new OperatingError('unauthenticated');
  const receipt = inBody ?? bearer;
  if (typeof receipt !== 'string') throw new OperatingError('receipt_invalid');
  const judged = early !== null && receipt === bearer ? early : await judgeReceipt(deps, receipt);
  const account = isAccount ? (await requireAccount(deps, headers)).account : null;
  const key = requireIdempotencyKey(headers);
  fields['receipt'] = receipt;
  const body = parseBody(bookingRequestSchema, fields);
  const hash = bodyHash('POST /v1/bookings', body);
  const language = pickLanguage(headers.get('accept-language'));
  return {
    claims: judged.claims,
    isExpired: judged.isExpired,
    account,
    body,
    language,
    keyed: { caller: `owner:${judged.claims.sub}`, key, bodyHash: hash, credential: receipt },
  };
}

async function judgeReceipt(
  deps: Pick<CoreDeps, 'keys' | 'clock'>,
  receipt: string,
): Promise<Pick<JudgedRequest, 'claims' | 'isExpired'>> {
  const now = await deps.keys.verifyReceipt(receipt, deps.clock.nowMs());
  if (now.ok) return { claims: now.claims, isExpired: false };
  // Judged as of 1970, only its end can't be what is wrong with it.
  const ever = now.reason === 'expired' ? await deps.keys.verifyReceipt(receipt, 0) : now;
  if (!ever.ok) throw new OperatingError('receipt_invalid');
  return { claims: ever.claims, isExpired: true };
}
