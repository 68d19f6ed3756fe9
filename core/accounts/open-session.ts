import { sessionRequestSchema, type AccountSession } from '../../contracts/accounts.ts';
import type { Transaction } from '../../db/connect.ts';
import { insertSession, openAccount } from '../../db/queries/accounts.ts';
import { lockKey } from '../../db/queries/idempotency.ts';
import { endSignInCode, takeSignInTry } from '../../db/queries/sign-in-codes.ts';
import { isoTime } from '../../platform/clock.ts';
import { newId } from '../../platform/id.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import { toBase64Url } from '../../platform/random.ts';
import { normaliseEmail } from '../bookings/normalise-email.ts';
import type { CoreDeps } from '../deps.ts';
import type { CoreContext } from '../http/context.ts';
import { bodyHash, requireIdempotencyKey } from '../http/idempotency-key.ts';
import { readJson } from '../http/json-body.ts';
import { headersOf } from '../http/node-request.ts';
import { whileProgressing } from '../http/while-progressing.ts';
import { sendAnswer } from '../idempotency/run-idempotent.ts';
import { findAnswer, keepAnswer, type Answer, type KeyedRequest } from '../idempotency/stored-answer.ts';
import { runTransaction } from '../payments/run-transaction.ts';
import { limitTries } from './limit-sign-in.ts';
import { createSignInHashes, isSameHash, newSessionToken } from './secrets.ts';
import { addressCaller } from './send-code.ts';

/** A session's life from signing in, in days. It is not prolonged, so that a forgotten browser signs itself out. */
const SESSION_DAYS = 30;

/** What a code must be, for whom, and how the session is answered for. */
type SignIn = { email: string; addressHash: Uint8Array; codeHash: Uint8Array; keyed: KeyedRequest };

/**
 * `POST accounts/sessions`: a code for a session. Wrong, used, expired, locked after five tries, for an address that never asked: all are
 * `code_invalid`, said after the same work. Refuses also: `idempotency_key_*`, what `readJson` refuses, `rate_limited`.
 */
export async function openSession(deps: CoreDeps, c: CoreContext): Promise<Response> {
  const key = requireIdempotencyKey(headersOf(c.req.raw));
  const body = await readJson(c.req.raw, sessionRequestSchema);
  await limitTries(deps, c.get('clientAddress'));
  const email = normaliseEmail(body.email);
  const hashes = createSignInHashes(deps.config.coreSecret);
  const addressHash = hashes.address(email);
  const codeHash = hashes.code(addressHash, body.code);
  const keyed = {
    caller: addressCaller(addressHash),
    key,
    bodyHash: bodyHash('POST /v1/accounts/sessions', toBase64Url(codeHash)),
    credential: hashes.seal(addressHash, body.code),
  };
  const signIn = { email, addressHash, codeHash, keyed };
  const answer = await whileProgressing(deps.sql, (turn) =>
    runTransaction(deps.sql, (tx) => judge(deps, tx, signIn), turn),
  );
  // Refused outside the transaction: the try that it was must be committed.
  if (answer === null) throw new OperatingError('code_invalid');
  return sendAnswer(c, answer);
}

async function judge(deps: CoreDeps, tx: Transaction, signIn: SignIn): Promise<Answer | null> {
  const { email, addressHash, codeHash, keyed } = signIn;
  await lockKey(tx, keyed.caller, keyed.key);
  const before = await findAnswer(tx, keyed);
  if (before !== null) return before;
  const wanted = await takeSignInTry(tx, addressHash);
  // Where there is no code it is compared all the same, with itself turned over.
  const isRight = isSameHash(codeHash, wanted ?? codeHash.map((byte) => byte ^ 0xff));
  if (wanted === null || !isRight) return null;
  await endSignInCode(tx, addressHash);
  const account = await openAccount(tx, newId(), email);
  const [token, nowMs] = [newSessionToken(), deps.clock.nowMs()];
  const expiresAt = new Date(nowMs + SESSION_DAYS * 24 * 3_600_000);
  await insertSession(tx, { tokenHash: token.hash, accountId: account.id, expiresAt });
  const session: AccountSession = {
    accessToken: token.secret,
    sessionEndsAt: isoTime(expiresAt.getTime()),
    account: { accountId: account.id, email: account.email },
    now: isoTime(nowMs),
  };
  return keepAnswer(tx, keyed, 201, session);
}
