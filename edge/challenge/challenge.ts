import { createChallenge, extractParams, verifySolution } from 'altcha-lib/v1';
import type { Payload } from 'altcha-lib/v1/types';
import * as v from 'valibot';
import { OperatingError } from '../../platform/operating-error.ts';
import type { RoomInfo } from '../../redis/room/room-info.ts';
import { takeLimit } from '../../redis/take-limit.ts';
import type { EdgeContext } from '../http/context.ts';
import { roomParameter } from '../rooms/room-parameter.ts';
import { passesTurnstile, turnstileConfig } from './turnstile.ts';

/** How long a challenge may be solved, in ms: a slow phone takes seconds, a visitor may hesitate. */
const CHALLENGE_TTL_MS = 5 * 60_000;
/** Numbers to try at most: half of them on average, half a second to two on a phone. */
const MAX_NUMBER = 50_000;

const payloadSchema = v.object({
  algorithm: v.literal('SHA-256'),
  challenge: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  number: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(MAX_NUMBER)),
  salt: v.pipe(v.string(), v.maxLength(300)),
  signature: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
});

/**
 * `GET challenge`: a proof of work for this room (altcha), signed, so that nothing has to be kept of it; or what a page needs to show
 * Turnstile's widget. Throws `not_found` where none is asked, `challenge_unavailable`.
 */
export async function showChallenge(c: EdgeContext): Promise<Response> {
  const room = roomParameter(c);
  const info = await c.get('rooms').readOrLast(c.get('store'), room);
  if (info.challenge === 'none') throw new OperatingError('not_found', { detail: 'This room asks for no challenge.' });
  c.header('Cache-Control', 'no-store');
  if (info.challenge === 'turnstile') {
    const { siteKey, scriptUrl } = turnstileConfig(c, room);
    return c.json({ kind: 'turnstile', siteKey, scriptUrl }, 200);
  }
  const { clock, keys } = c.get('ports');
  const challenge = await createChallenge({
    algorithm: 'SHA-256',
    hmacKey: keys.challengeSecrets[0] ?? '',
    maxnumber: MAX_NUMBER,
    expires: new Date(clock.nowMs() + CHALLENGE_TTL_MS),
    params: { room },
  });
  return c.json(challenge, 200);
}

/**
 * Lets a new join pass when its room asks for nothing, or when a challenge of this room was solved in time and not used before; each is
 * good for one join on any edge. Throws `challenge_required`, `challenge_failed`, `challenge_unavailable`; a forged one costs the store
 * nothing.
 */
export async function requireSolved(c: EdgeContext, info: RoomInfo, solved: string | undefined): Promise<void> {
  if (info.challenge === 'none') return;
  const { room } = info.board;
  if (info.challenge === 'turnstile') turnstileConfig(c, room);
  if (solved === undefined) throw new OperatingError('challenge_required');
  const passes =
    info.challenge === 'turnstile' ? await passesTurnstile(c, room, solved) : await isSolved(c, room, solved);
  if (!passes) throw new OperatingError('challenge_failed');
}

async function isSolved(c: EdgeContext, room: string, solved: string): Promise<boolean> {
  const payload = parsePayload(solved);
  if (payload === null || !(await isSolution(c, room, payload))) return false;
  // One call in a window as long as a challenge lives: the same one can't come twice.
  const once = { name: 'solved', subject: payload.challenge, max: 1, windowMs: CHALLENGE_TTL_MS };
  return (await takeLimit(c.get('store'), once)).allowed;
}

function parsePayload(text: string): Payload | null {
  try {
    const result = v.safeParse(payloadSchema, JSON.parse(atob(text)));
    return result.success ? result.output : null;
  } catch {
    return null;
  }
}

async function isSolution(c: EdgeContext, room: string, payload: Payload): Promise<boolean> {
  const { clock, keys } = c.get('ports');
  const { room: of, expires } = extractParams(payload);
  // altcha would take the machine's clock; time comes from ours.
  if (of !== room || !(Number(expires) * 1000 > clock.nowMs())) return false;
  for (const secret of keys.challengeSecrets) if (await verifySolution(payload, secret, false)) return true;
  return false;
}
