import * as v from 'valibot';

/** Thrown at the entry of a process when its environment is not usable; the message names each variable. */
export class ConfigError extends Error {
  constructor(problems: string[]) {
    super(`the configuration is not usable:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}

/** Reads a whole configuration from environment variables at once, so that every fault is told in one start. */
export function parseConfig<const E extends v.ObjectEntries>(
  entries: E,
  env: Record<string, string | undefined>,
): v.InferOutput<v.ObjectSchema<E, undefined>> {
  const result = v.safeParse(v.object(entries), env);
  if (result.success) return result.output;
  throw new ConfigError(result.issues.map((issue) => `${v.getDotPath(issue) ?? '?'}: ${explain(issue)}`));
}

/** A text that must be there and not empty. */
export const text = v.pipe(v.string('is missing'), v.minLength(1, 'is empty'));

/** An address with one of the given schemes. */
export const url = (...schemes: string[]) =>
  v.pipe(
    text,
    v.check(
      (value) => URL.canParse(value) && schemes.includes(new URL(value).protocol.slice(0, -1)),
      `must be an address with ${schemes.join(' or ')}`,
    ),
  );

/** A TCP port; 0 takes a free one. */
export const port = v.pipe(
  v.optional(v.string(), '0'),
  v.transform(Number),
  v.integer('must be a port'),
  v.minValue(0),
  v.maxValue(65_535),
);

/** Where a server listens; loopback unless told otherwise. */
export const host = v.optional(v.string(), '127.0.0.1');

const explain = (issue: v.BaseIssue<unknown>): string =>
  issue.received === 'undefined' ? 'is missing' : issue.message;
