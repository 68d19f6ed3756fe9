import { signInCodeRequestSchema, type SignInCodeSent } from '../../contracts/accounts.ts';
import { putSignInCode } from '../../db/queries/sign-in-codes.ts';
import { isoTime } from '../../platform/clock.ts';
import { toBase64Url } from '../../platform/random.ts';
import { normaliseEmail } from '../bookings/normalise-email.ts';
import type { CoreDeps } from '../deps.ts';
import type { CoreContext } from '../http/context.ts';
import { bodyHash, requireIdempotencyKey } from '../http/idempotency-key.ts';
import { readJson } from '../http/json-body.ts';
import { headersOf } from '../http/node-request.ts';
import { runIdempotent, sendAnswer } from '../idempotency/run-idempotent.ts';
import { pickLanguage } from '../notifications/language.ts';
import { codeMail } from './code-mail.ts';
import { limitCodes } from './limit-sign-in.ts';
import { createSignInHashes, newSignInCode } from './secrets.ts';

/** How long a code is good, in seconds: a mailbox on another device is opened within it. */
export const CODE_TTL_SECONDS = 600;

/** Under whose name answers to an address are stored. */
export const addressCaller = (addressHash: Uint8Array): string => `sign-in:${toBase64Url(addressHash)}`;

/**
 * `POST accounts/sign-in-codes`: makes a code for an address and sends it there. Whether the address has an account is not even looked
 * at, so neither the answer nor its time can tell. Refuses: `idempotency_key_*`, what `readJson` refuses, `rate_limited`, `busy`.
 */
export async function sendCode(deps: CoreDeps, c: CoreContext): Promise<Response> {
  const key = requireIdempotencyKey(headersOf(c.req.raw));
  const body = await readJson(c.req.raw, signInCodeRequestSchema);
  const email = normaliseEmail(body.email);
  const hashes = createSignInHashes(deps.config.coreSecret);
  const addressHash = hashes.address(email);
  await limitCodes(deps, c.get('clientAddress'), addressHash);
  deps.codeMailer.requireRoom();
  const code = newSignInCode();
  const hash = bodyHash('POST /v1/accounts/sign-in-codes', toBase64Url(addressHash));
  const keyed = { caller: addressCaller(addressHash), key, bodyHash: hash, credential: null };
  const answer = await runIdempotent(deps, keyed, async (tx) => {
    await putSignInCode(tx, { addressHash, codeHash: hashes.code(addressHash, code), ttlSeconds: CODE_TTL_SECONDS });
    const sent: SignInCodeSent = { expiresInSeconds: CODE_TTL_SECONDS, now: isoTime(deps.clock.nowMs()) };
    return { status: 202, body: sent };
  });
  // Delivered to the spelling that the account goes by: a relay that knows no tags sends it to its owner, and to nobody else (ADR 14).
  const mail = { to: body.email, deliverTo: email, code, minutes: CODE_TTL_SECONDS / 60, origin: deps.config.origin };
  const language = pickLanguage(headersOf(c.req.raw).get('accept-language'));
  if (!answer.replayed) deps.codeMailer.put(codeMail({ ...mail, language }));
  return sendAnswer(c, answer);
}
