import { pino, type Logger } from 'pino';

export type { Logger };

/** Fields that never reach a log, wherever they stand one level deep. */
const REDACTED = ['token', 'receipt', 'pass', 'ticket', 'accessToken', 'authorization', 'cookie', 'email', 'secret'];

/** One JSON line per event, on stdout unless told otherwise. `part` names the process, as in the supervisor's table. */
export function createLogger(
  part: string,
  level = process.env['LOG_LEVEL'] ?? 'info',
  destination: { write(line: string): void } = process.stdout,
): Logger {
  const options = {
    level,
    base: { part, pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: REDACTED.flatMap((field) => [field, `*.${field}`]), censor: '[redacted]' },
  };
  return destination === process.stdout ? pino(options) : pino(options, destination);
}
