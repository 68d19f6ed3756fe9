import { readEntry, type WaitlistEntry } from '../../db/queries/waitlist-entries.ts';
import { isId } from '../../platform/id.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import { randomSecret } from '../../platform/random.ts';
import { findAccount } from '../accounts/find-account.ts';
import { fitsHash, hashSecret } from '../bookings/secrets.ts';
import type { CoreDeps } from '../deps.ts';
import { readBearer } from '../http/credentials.ts';
import { withinDeadline } from '../http/store-failure.ts';
import { openAnswer, sealAnswer } from '../idempotency/seal.ts';

const TOKEN = /^wl_[A-Za-z0-9_-]{43}$/;

/** A new token of an entry: its hash opens it, the copy sealed with core's own secret is for the link in a mail. */
export function newEntryToken(coreSecret: string): { token: string; tokenHash: Uint8Array; tokenSealed: string } {
  const token = randomSecret('wl_');
  return { token, tokenHash: hashSecret(token), tokenSealed: sealAnswer(coreSecret, token) };
}

/** An entry that its token has opened. */
export type OpenedEntry = WaitlistEntry & { now: Date };

/** The entry that the caller's token opens, its own or the account's that its address belongs to. Anything else, an entry of others included, is `not_found`. */
export async function openEntry(
  deps: Pick<CoreDeps, 'sql' | 'keys' | 'clock'>,
  id: string,
  headers: Headers,
): Promise<{ entry: OpenedEntry; token: string }> {
  const token = readBearer(headers);
  if (token === null || !isId(id)) throw new OperatingError('not_found');
  const account = TOKEN.test(token) ? null : await findAccount(deps, token);
  if (account === null && !TOKEN.test(token)) throw new OperatingError('not_found');
  const entry = await withinDeadline(deps.sql, () => readEntry(deps.sql, id));
  const isOwn =
    entry !== null && (account === null ? fitsHash(token, entry.tokenHash) : entry.emailNormalised === account.email);
  if (!isOwn) throw new OperatingError('not_found');
  return { entry, token };
}

/** Where the link in a mail leads: the page of the entry, its token behind the `#`, which browsers send to no server. */
export async function entryLink(
  deps: Pick<CoreDeps, 'sql'> & { config: Pick<CoreDeps['config'], 'origin' | 'coreSecret'> },
  id: string,
): Promise<string | null> {
  const entry = await readEntry(deps.sql, id);
  const token = entry && openAnswer(deps.config.coreSecret, entry.tokenSealed);
  return token === null ? null : `${deps.config.origin}/shop/?waitlist=${id}#token=${token}`;
}
