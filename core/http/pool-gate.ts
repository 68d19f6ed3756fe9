import { OperatingError } from '../../platform/operating-error.ts';

/**
 * Requests in one pool's hands at most, running or waiting for a connection: at 2 ms a statement ten connections work them off in a
 * twentieth of a second, and a Postgres that hangs gathers no more than these.
 */
const MAX_IN_HAND = 200;

const inHand = new WeakMap<object, number>();

/**
 * Begins work on a pool, or throws `busy` when too much is under way there. It counts until it ends, also when its caller was
 * answered meanwhile: a store that hangs keeps what it was given.
 */
export async function throughGate<T>(pool: object, work: () => Promise<T>, maxInHand = MAX_IN_HAND): Promise<T> {
  const count = inHand.get(pool) ?? 0;
  if (count >= maxInHand) throw new OperatingError('busy', {}, { message: 'too many requests wait for Postgres' });
  inHand.set(pool, count + 1);
  try {
    return await work();
  } finally {
    inHand.set(pool, (inHand.get(pool) ?? 1) - 1);
  }
}
