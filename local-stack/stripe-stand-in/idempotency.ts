import { StripeRefusal } from './account.ts';
import type { Records } from './records.ts';

export type Answer = { status: number; body: string; isReplayed: boolean };

/**
 * Answers a POST as Stripe does under an `Idempotency-Key` (https://docs.stripe.com/api/idempotent_requests): the first answer is
 * kept and given again, other values are refused, and so is a call while the first is under way. What is refused before it begins is
 * not kept.
 */
export function createIdempotency(records: Records) {
  const underWay = new Set<string>();
  return async (key: string | undefined, asked: string, work: () => Promise<Answer>): Promise<Answer> => {
    if (key === undefined) return work();
    if (key === '' || key.length > 255) {
      throw new StripeRefusal({ status: 400, type: 'invalid_request_error', message: 'The key is too long.' });
    }
    const kept = records.answers.get(key);
    if (kept !== undefined && kept.asked !== asked) {
      const message =
        'Keys for idempotent requests can only be used with the same parameters they were first used with.';
      throw new StripeRefusal({ status: 400, type: 'idempotency_error', message });
    }
    if (kept !== undefined) return { status: kept.status, body: kept.body, isReplayed: true };
    if (underWay.has(key)) {
      const [type, code] = ['idempotency_error', 'idempotency_key_in_use'];
      const message = 'There is currently another in-progress request using this Idempotent Key.';
      throw new StripeRefusal({ status: 409, type, code, message });
    }
    underWay.add(key);
    try {
      const answer = await work();
      records.keepAnswer({ key, asked, status: answer.status, body: answer.body });
      return answer;
    } finally {
      underWay.delete(key);
    }
  };
}
