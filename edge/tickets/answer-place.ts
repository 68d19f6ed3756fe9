import type { Place } from '../../contracts/place.ts';
import type { EdgeContext } from '../http/context.ts';
import { comeAgainSeconds, WAITING_STATES } from './to-place.ts';

/** Answers with a place: never cached, and with `Retry-After` while it is worth coming again. */
export function answerPlace(c: EdgeContext, place: Place, status: 200 | 201 | 202): Response {
  c.header('Cache-Control', 'no-store');
  if (WAITING_STATES.includes(place.state)) c.header('Retry-After', String(comeAgainSeconds(place)));
  return c.json(place, status);
}
