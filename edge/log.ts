/** The edge's logger: pino's field names without pino, which does not run on workerd. */
export type EdgeLog = {
  info(fields: Record<string, unknown>, message: string): void;
  warn(fields: Record<string, unknown>, message: string): void;
  error(fields: Record<string, unknown>, message: string): void;
};

const LEVELS = { info: 30, warn: 40, error: 50 } as const;

/** One JSON line per event on the console, with the fields of platform/log.ts. Errors go in as `err`, shortened. */
export function createConsoleLog(nowMs: () => number, write: (line: string) => void = console.log): EdgeLog {
  const line = (level: keyof typeof LEVELS) => (fields: Record<string, unknown>, message: string) => {
    const { err, ...rest } = fields;
    const time = new Date(nowMs()).toISOString();
    write(JSON.stringify({ level: LEVELS[level], time, part: 'edge', ...rest, ...describe(err), msg: message }));
  };
  return { info: line('info'), warn: line('warn'), error: line('error') };
}

function describe(err: unknown): Record<string, unknown> {
  if (err === undefined) return {};
  if (!(err instanceof Error)) return { err: { message: `a ${typeof err} was thrown` } };
  return { err: { type: err.name, message: err.message.slice(0, 300), stack: err.stack?.slice(0, 2000) } };
}
