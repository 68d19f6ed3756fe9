import { OperatingError } from '../../platform/operating-error.ts';
import { clientSubject } from '../../platform/client-subject.ts';
import { toBase64Url } from '../../platform/random.ts';
import { takeLimit, type Limit } from '../../redis/take-limit.ts';
import type { CoreDeps } from '../deps.ts';

const MINUTE_MS = 60_000;

/** Codes one client may ask for, for whichever addresses: an office behind one address signs in within it, a list of victims does not. */
const CODES_PER_CLIENT = { max: 100, windowMs: 10 * MINUTE_MS };
/** Codes one address is sent: what a person in a hurry asks for, and what a stranger may fill their mailbox with in a day. */
const CODES_PER_ADDRESS = { max: 5, windowMs: 15 * MINUTE_MS };
const CODES_PER_ADDRESS_AND_DAY = { max: 20, windowMs: 24 * 60 * MINUTE_MS };
/** Tries of codes one client has: each code bears five. */
const TRIES_PER_CLIENT = { max: 100, windowMs: 10 * MINUTE_MS };
/** Exports of one account: each reads all that it has. */
const EXPORTS_PER_ACCOUNT = { max: 10, windowMs: 10 * MINUTE_MS };

type Deps = Pick<CoreDeps, 'scripts'>;

/** Counts a request for a code, by client and by address, before anything is known of either. Throws `rate_limited`, `store_unavailable`. */
export async function limitCodes(deps: Deps, client: string | null, addressHash: Uint8Array): Promise<void> {
  await take(deps, { name: 'sign-in-codes', subject: subjectOf(client), ...CODES_PER_CLIENT });
  const subject = toBase64Url(addressHash);
  await take(deps, { name: 'sign-in-address', subject, ...CODES_PER_ADDRESS });
  await take(deps, { name: 'sign-in-address-day', subject, ...CODES_PER_ADDRESS_AND_DAY });
}

/** Counts a try of a code by client; how often a code may be tried is counted with the code. Throws as `limitCodes`. */
export const limitTries = (deps: Deps, client: string | null): Promise<void> =>
  take(deps, { name: 'sign-in-tries', subject: subjectOf(client), ...TRIES_PER_CLIENT });

/** Counts an export of an account. Throws as `limitCodes`. */
export const limitExports = (deps: Deps, accountId: string): Promise<void> =>
  take(deps, { name: 'account-exports', subject: accountId, ...EXPORTS_PER_ACCOUNT });

/** Who does not come through the gate is one client: core is not meant to be reached by others. */
const subjectOf = (client: string | null): string => (client === null ? 'direct' : clientSubject(client));

async function take(deps: Deps, limit: Limit): Promise<void> {
  const result = await takeLimit(deps.scripts, limit);
  if (!result.allowed) throw new OperatingError('rate_limited', { retryAfterSeconds: result.retryAfterMs / 1000 });
}
