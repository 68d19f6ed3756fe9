import type { Place } from '../../contracts/place.ts';
import { answerWhole } from '../http/answer.ts';
import type { EdgeContext } from '../http/context.ts';
import { comeAgainSeconds, WAITING_STATES } from './to-place.ts';

/** Answers with a place: never cached, and with `Retry-After` while it is worth coming again. */
export function answerPlace(
  c: EdgeContext,
  place: Place,
  status: 200 | 201 | 202,
  more: Record<string, string> = {},
): Response {
  const again = WAITING_STATES.includes(place.state) ? { 'retry-after': String(comeAgainSeconds(place)) } : {};
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store', ...again, ...more };
  return answerWhole(c, JSON.stringify(place), status, headers);
}
