import { withinLoopTime } from '../../platform/loop-time.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import { throughGate } from './pool-gate.ts';

/** Codes of postgres.js and of Node's sockets that mean: the server could not be asked. */
const UNREACHABLE = new Set([
  'CONNECT_TIMEOUT',
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/** Classes of SQLSTATE that mean the same: connection (08), resources (53), shutdown and cancel (57), system (58). */
const AWAY_CLASSES = new Set(['08', '53', '57', '58']);

/**
 * Names the store that could not be asked, or null when the error is something else. Looks through `cause`, because drizzle
 * and fetch wrap what they caught.
 */
export function storeFailureOf(error: unknown): 'postgres' | 'keys' | null {
  for (let at = error, depth = 0; at instanceof Error && depth < 4; at = at.cause, depth += 1) {
    const code = 'code' in at ? at.code : undefined;
    if (typeof code !== 'string') continue;
    // The edge's published keys could not be had: that proves no forgery, so it must not read as one.
    if (code === 'ERR_JWKS_TIMEOUT') return 'keys';
    if (UNREACHABLE.has(code) || (code.length === 5 && AWAY_CLASSES.has(code.slice(0, 2)))) return 'postgres';
  }
  return null;
}

/** What Postgres can't take as a value: U+0000 in a text, a date that is on no calendar. */
const UNTAKABLE = new Set(['22021', '22P05', '22P02', '22007', '22008']);

/** Whether a value that came from outside, and that no check of ours minded, was refused by Postgres itself. */
export function isUntakable(error: unknown): boolean {
  for (let at = error, depth = 0; at instanceof Error && depth < 4; at = at.cause, depth += 1)
    if ('code' in at && typeof at.code === 'string' && UNTAKABLE.has(at.code)) return true;
  return false;
}

/** How long a read may take before its store counts as down, in ms of the loop's time: inside the one second of DESIGN §2.7. */
export const READ_DEADLINE_MS = 900;

/**
 * Waits for a read no longer than the deadline, then throws `store_unavailable`. The read itself goes on and its result is
 * dropped, so this is for reads only: a write's outcome must not be left unknown. Throws `busy` when the pool's gate is full.
 */
export async function withinDeadline<T>(
  pool: object,
  read: () => Promise<T>,
  deadlineMs = READ_DEADLINE_MS,
): Promise<T> {
  const tooLate = () => new OperatingError('store_unavailable', {}, { message: 'a read passed its deadline' });
  return withinLoopTime(deadlineMs, () => throughGate(pool, read), tooLate);
}
