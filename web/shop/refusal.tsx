import type { ApiProblem } from '../shared/api-client.ts';
import { formatCount } from '../shared/format.ts';
import { Notice } from '../shared/notice.tsx';

/** Codes that say: this visitor is not inside (any more). */
const OUTSIDE = new Set(['not_admitted', 'session_ended', 'pass_invalid', 'ticket_spent', 'unauthenticated']);

/** Whether a refusal sends the visitor back to the waiting room. */
export const isOutside = (problem: ApiProblem): boolean => OUTSIDE.has(problem.code);

/** A refusal in the visitor's words, with what can be done about it. */
export function Refusal({ problem, room }: { problem: ApiProblem; room?: string }) {
  if (isOutside(problem) && room !== undefined) {
    return (
      <Notice kind="warning">
        <p>{problem.code === 'session_ended' ? 'Your session has ended.' : 'To buy, you have to be let in first.'}</p>
        <a class="button button-primary" href={`/rooms/${room}`}>
          Go to the waiting room
        </a>
      </Notice>
    );
  }
  return (
    <Notice kind="error">
      <p>{sentenceOf(problem)}</p>
    </Notice>
  );
}

function sentenceOf({ code, document, detail }: ApiProblem): string {
  switch (code) {
    case 'limit_reached':
      return `You can hold ${countIn(document['limit'])} places at the same time. Choose fewer, or release what you hold.`;
    case 'zone_sold_out':
      return `There are not enough places left there now (${countIn(document['available'])} free).`;
    case 'hold_expired':
    case 'hold_lost':
      return 'The time for these seats is over and they were given back. Please choose again.';
    case 'extension_refused':
      return 'These seats cannot be kept any longer. Please finish the booking now.';
    case 'busy':
    case 'store_unavailable':
    case 'inventory_rebuilding':
    case 'room_recovering':
      return 'We are very busy right now. Nothing is lost; please try again in a moment.';
    case 'network':
      return 'There is no connection right now. Please try again.';
    default:
      return detail;
  }
}

const countIn = (value: unknown): string => (typeof value === 'number' ? formatCount(value) : 'no more');
