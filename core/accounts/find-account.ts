import {
  linkIdentity,
  openAccount,
  readLinkedAccount,
  readSessionAccount,
  type AccountRow,
} from '../../db/queries/accounts.ts';
import type { OidcClaims } from '../../tokens/oidc-token.verify.ts';
import { newId } from '../../platform/id.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import { normaliseEmail, provesMailbox } from '../bookings/normalise-email.ts';
import type { CoreDeps } from '../deps.ts';
import { readBearer } from '../http/credentials.ts';
import type { HeaderSource } from '../http/node-request.ts';
import { withinDeadline } from '../http/store-failure.ts';
import { whileProgressing } from '../http/while-progressing.ts';
import { runTransaction } from '../payments/run-transaction.ts';
import { hashSessionToken, isSessionToken } from './secrets.ts';

type Deps = Pick<CoreDeps, 'sql' | 'keys' | 'clock'>;

/** Whether a bearer is an account's by its looks; whether it counts says `findAccount`. */
export const isAccountCredential = (deps: Pick<CoreDeps, 'keys'>, token: string): boolean =>
  isSessionToken(token) || deps.keys.oidc?.isFor(token) === true;

/**
 * Whose account a bearer opens: a session's token, or a token of the configured identity provider, which makes its account when it comes
 * first. Null for anything else; what can't be either costs no query. Throws `store_unavailable`, also while the provider's keys can't be had.
 */
export async function findAccount(deps: Deps, token: string): Promise<AccountRow | null> {
  if (isSessionToken(token))
    return withinDeadline(deps.sql, () => readSessionAccount(deps.sql, hashSessionToken(token)));
  if (deps.keys.oidc?.isFor(token) !== true) return null;
  const result = await deps.keys.oidc.verify(token, deps.clock.nowMs());
  return result.ok ? findLinked(deps, result.claims) : null;
}

/** The account of the request's bearer, and that bearer. Refuses: `unauthenticated`. */
export async function requireAccount(
  deps: Deps,
  headers: HeaderSource,
): Promise<{ account: AccountRow; token: string }> {
  const token = readBearer(headers);
  const account = token === null ? null : await findAccount(deps, token);
  if (token === null || account === null) throw new OperatingError('unauthenticated');
  return { account, token };
}

/** An account is its provider's subject's for good: an address that changes there later changes nothing here. */
async function findLinked(deps: Pick<CoreDeps, 'sql'>, { iss, sub, email }: OidcClaims): Promise<AccountRow | null> {
  const known = await withinDeadline(deps.sql, () => readLinkedAccount(deps.sql, iss, sub));
  if (known !== null) return known;
  // The owner of ada+x@ is not let into the account of ada@ (ADR 14).
  if (!provesMailbox(email)) return null;
  const id = newId();
  return whileProgressing(deps.sql, (turn) =>
    runTransaction(
      deps.sql,
      async (tx) => {
        const account = await openAccount(tx, id, normaliseEmail(email));
        await linkIdentity(tx, { issuer: iss, subject: sub, accountId: account.id });
        return readLinkedAccount(tx, iss, sub);
      },
      turn,
    ),
  );
}
