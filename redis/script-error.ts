import { ERRORS, type ErrorCode } from '../contracts/errors.ts';
import { OperatingError } from '../platform/operating-error.ts';

/**
 * Scripts refuse with `redis.error_reply('ONSALE <code>')`, with the ms of `Retry-After` behind it where they know it; clients wrap that
 * text differently, so it is searched for.
 */
const SCRIPT_REFUSAL = /ONSALE ([a-z_]+)(?: (\d+))?/;

/** Whether the server does not know the script's hash (after SCRIPT FLUSH, a restart or a failover). */
export const isUnknownScript = (error: unknown): boolean => messageOf(error).includes('NOSCRIPT');

/** Turns whatever a client threw into an operating error. The message may hold the whole command: it is cut short, never shown. */
export function toOperatingError(error: unknown, script: string): OperatingError {
  if (error instanceof OperatingError) return error;
  const [, code, waitMs] = SCRIPT_REFUSAL.exec(messageOf(error)) ?? [];
  const details = waitMs === undefined ? {} : { retryAfterSeconds: Number(waitMs) / 1000 };
  if (code !== undefined && isErrorCode(code)) return new OperatingError(code, details);
  const firstWords = messageOf(error).split(/[,\n]/, 1)[0]?.slice(0, 120) ?? '';
  return new OperatingError('store_unavailable', {}, { message: `redis ${script}: ${firstWords}` });
}

/** Without the command that @upstash/redis appends: it holds what others asked for, and the text of scripts, in which all codes stand. */
const messageOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split(', command was: ', 1)[0] ?? '';
const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(ERRORS, code);
