import { missing, ok, warning, type Check } from './check.ts';

const NAMES = ['ONSALE_TURNSTILE_SITE_KEY', 'ONSALE_TURNSTILE_SECRET'] as const;
/** A part that takes longer counts as away, in ms. */
const ANSWER_TIMEOUT_MS = 3000;

/** Whether the environment has both halves of Turnstile's keys, or neither: half a pair keeps an edge from starting. */
export function checkTurnstile(env: Record<string, string | undefined>): Check {
  const lacking = NAMES.filter((name) => !env[name]);
  if (lacking.length === 0) return ok('turnstile', 'its keys are set');
  if (lacking.length === NAMES.length) return ok('turnstile', 'not set up; rooms can ask for `altcha` or nothing');
  return missing('turnstile', `${lacking.join()} is not set, the other is.`, 'Set both, or neither.');
}

/** Whether the edge can check what its rooms ask for; a room that asks for Turnstile in vain lets nobody join. */
export async function checkChallenges(edgeUrl: string, rooms: readonly string[]): Promise<Check> {
  const name = 'stack: challenges';
  const answers = await Promise.all(
    rooms.map(async (room) => {
      const address = `${edgeUrl}/api/rooms/${room}/challenge`;
      const answer = await fetch(address, { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });
      return { room, isUnavailable: (await answer.text()).includes('challenge_unavailable') };
    }),
  ).catch(() => null);
  if (answers === null) return warning(name, 'The edge does not say what its rooms ask for.', 'See the edge above.');
  const vain = answers.filter(({ isUnavailable }) => isUnavailable).map(({ room }) => room);
  if (vain.length === 0) return ok(name, 'what rooms ask for can be checked');
  const fix = `Set ${NAMES.join(' and ')} for the edge, or another challenge for the room.`;
  return missing(name, `The edge has no Turnstile keys, and nobody can join ${vain.join(', ')}.`, fix);
}
