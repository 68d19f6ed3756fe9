import type { ErrorCode } from '../contracts/errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import { OperatingError } from '../platform/operating-error.ts';
import type { SocketAddress } from './address.ts';
import {
  CLOSE_FAULT,
  CLOSE_POLICY,
  CLOSE_TRY_LATER,
  createOutbox,
  type Connection,
  type OutboxLimits,
} from './outbox.ts';
import type { Performances } from './performances.ts';
import type { Watcher } from './stretch.ts';

export type PerformanceSocketPorts = {
  performances: Performances;
  clock: Clock;
  log: Logger;
  outboxLimits?: OutboxLimits;
};

/** One socket that watches a performance. It is public and has nothing to say: any frame from it closes it. */
export function servePerformanceSocket(
  connection: Connection,
  address: Extract<SocketAddress, { kind: 'performance' }>,
  { performances, clock, log, outboxLimits }: PerformanceSocketPorts,
): void {
  const { socket } = connection;
  const outbox = createOutbox(connection, clock, outboxLimits);
  const watcher: Watcher = { outbox, missed: false };
  const refuse = (code: ErrorCode, closeCode = CLOSE_POLICY): void => {
    outbox.send({ type: 'error', code });
    outbox.close(closeCode, code);
  };

  const start = async (): Promise<void> => {
    const { since = null, from = null, to = null } = address;
    try {
      const outcome = await performances.watch(address.performanceId, watcher, { since, from, to });
      if (outcome === 'no_such_performance') refuse('performance_not_found');
      else if (outcome === 'no_such_stop') refuse('invalid_request');
      else if (outcome === 'full') {
        outbox.send({ type: 'full' });
        outbox.close(CLOSE_TRY_LATER, 'full');
      }
    } catch (error) {
      if (error instanceof OperatingError) {
        log.warn({ performance: address.performanceId, code: error.code }, 'cannot watch');
        refuse(error.code, CLOSE_TRY_LATER);
      } else {
        // A mistake of ours ends this socket, not the thousands beside it.
        log.error({ performance: address.performanceId, err: error }, 'a socket failed');
        outbox.close(CLOSE_FAULT, 'internal');
      }
    }
    // It may have gone while it came in.
    if (socket.readyState >= socket.CLOSING) performances.leave(address.performanceId, watcher);
  };

  socket.on('message', () => refuse('invalid_request'));
  socket.on('close', () => performances.leave(address.performanceId, watcher));
  void start();
}
