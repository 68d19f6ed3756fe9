import { ConfigError } from './config.ts';
import { createLogger, type Logger } from './log.ts';

/** A started part: where it listens (when it does) and how it ends, having finished what it had accepted. */
export type RunningService = { url?: string; stop(): Promise<void> };

/** How long a part may drain before it is cut off, in ms: shorter than the supervisor's patience. */
const STOP_TIMEOUT_MS = 8000;

/**
 * Runs one part as a process: starts it, tells its supervisor, and stops it on SIGTERM, SIGINT, SIGHUP or when the
 * supervisor is gone. Exit 0 after a clean stop, 2 for an unusable configuration, 1 for anything else. A rejection without a handler
 * ends it too, but for those that `isHarmless` knows.
 */
export async function runService(
  part: string,
  start: (log: Logger) => Promise<RunningService>,
  isHarmless: (rejection: unknown) => boolean = () => false,
): Promise<void> {
  const log = createLogger(part);
  let service: RunningService | undefined;
  let stopping = false;
  const stop = async (why: string) => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(1), STOP_TIMEOUT_MS).unref();
    log.info({ why }, 'stopping');
    try {
      await service?.stop();
      process.exit(0);
    } catch (error) {
      log.error({ err: error }, 'did not stop cleanly');
      process.exit(1);
    }
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => void stop(signal));
  process.on('disconnect', () => void stop('supervisor gone'));
  process.on('uncaughtException', (error) => fail(log, error));
  process.on('unhandledRejection', (error) => {
    if (isHarmless(error)) log.warn({ err: error }, 'nobody waited for this');
    else fail(log, error);
  });
  try {
    service = await start(log);
  } catch (error) {
    fail(log, error);
    return;
  }
  log.info({ ready: true, ...(service.url ? { url: service.url } : {}) }, 'ready');
  process.send?.({ type: 'ready', url: service.url });
}

function fail(log: Logger, error: unknown): void {
  if (error instanceof ConfigError) log.fatal(error.message);
  else log.fatal({ err: error }, 'failed');
  // A part that is in an unknown state must not go on serving; its supervisor sees the exit.
  process.exit(error instanceof ConfigError ? 2 : 1);
}
