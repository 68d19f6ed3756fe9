import type { ApiProblem } from '../shared/api-client.ts';

/** What went wrong with signing in, in the visitor's words. */
export function signInRefusal({ code, retryAfterSeconds, detail }: ApiProblem): string {
  switch (code) {
    case 'code_invalid':
      return 'That code is wrong, or no longer good. Check it, or ask for a new one: after five wrong tries only a new one helps.';
    case 'rate_limited':
      return `That was tried too often. Please try again ${inWords(retryAfterSeconds)}.`;
    case 'network':
      return 'There is no connection right now. Please try again.';
    case 'busy':
    case 'store_unavailable':
      return 'We are very busy right now. Please try again in a moment.';
    case 'invalid_request':
      return 'Please enter an address like name@example.org.';
    default:
      return detail;
  }
}

/** A wait as people say it: never shorter than it is. */
function inWords(seconds: number | undefined): string {
  if (seconds === undefined || seconds <= 60) return 'in a minute';
  const minutes = Math.ceil(seconds / 60);
  return minutes < 60 ? `in ${minutes} minutes` : `in ${Math.ceil(minutes / 60)} hours`;
}
