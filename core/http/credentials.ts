import type {
  AccessPassClaims,
  HoldReceiptClaims,
  OperatorClaims,
  OperatorRole,
} from '../../contracts/token-claims.ts';
import { roleAllows } from '../../contracts/token-claims.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import type { CoreDeps } from '../deps.ts';
import type { HeaderSource } from './node-request.ts';

/**
 * Judges credentials before any body is read and before any store is asked: a forged, absent or ended credential costs no
 * Redis write and no Postgres statement (DESIGN §9.7).
 */
type Judge = Pick<CoreDeps, 'keys' | 'clock'>;

/** The token of `Authorization: Bearer`, or null. The gate turns our pages' cookies into the same header. */
export function readBearer(headers: HeaderSource): string | null {
  const match = /^Bearer +([\w\-.~+/]{1,16384}=*)$/i.exec(headers.get('authorization') ?? '');
  return match?.[1] ?? null;
}

/** A valid access pass. Refuses: none `not_admitted`, forged `pass_invalid`, past its end `session_ended`. */
export async function requirePass(deps: Judge, headers: HeaderSource): Promise<AccessPassClaims> {
  const token = readBearer(headers);
  if (token === null) throw new OperatingError('not_admitted');
  const result = await deps.keys.verifyPass(token, deps.clock.nowMs());
  if (result.ok) return result.claims;
  throw new OperatingError(result.reason === 'expired' ? 'session_ended' : 'pass_invalid');
}

/** A valid hold receipt. Refuses: none `unauthenticated`, forged `receipt_invalid`, past its end `hold_expired`. */
export async function requireReceipt(deps: Judge, token: string | null): Promise<HoldReceiptClaims> {
  if (token === null) throw new OperatingError('unauthenticated');
  const result = await deps.keys.verifyReceipt(token, deps.clock.nowMs());
  if (result.ok) return result.claims;
  throw new OperatingError(result.reason === 'expired' ? 'hold_expired' : 'receipt_invalid');
}

/**
 * A valid operator token whose role suffices and that nobody has revoked. Refuses: `unauthenticated`, `forbidden`, and
 * `store_unavailable` when it can't be known whether it was revoked. A revocation counts everywhere within a second.
 */
export async function requireOperator(
  deps: Judge & Pick<CoreDeps, 'revokedOperators'>,
  headers: HeaderSource,
  needed: OperatorRole,
): Promise<OperatorClaims> {
  const token = readBearer(headers);
  if (token === null) throw new OperatingError('unauthenticated');
  const result = await deps.keys.verifyOperator(token, deps.clock.nowMs());
  if (!result.ok || (await deps.revokedOperators.has(result.claims.jti))) throw new OperatingError('unauthenticated');
  if (!roleAllows(result.claims.role, needed)) throw new OperatingError('forbidden');
  return result.claims;
}
