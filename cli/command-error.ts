/**
 * Why a command can't do its work: `message` says what is wrong, `fix` what its reader can do about it. The command prints
 * both in one go and exits with 1.
 */
export class CommandError extends Error {
  readonly fix: string | undefined;

  constructor(message: string, options: { fix?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'CommandError';
    this.fix = options.fix;
  }
}

/** What is said of anything thrown: one line and its fix; with `debug` the stack and its causes too. */
export function explainFailure(error: unknown, debug: boolean): string {
  const fix = fixOf(error);
  const lines = [`onsale: ${error instanceof Error ? error.message : String(error)}`];
  if (fix !== undefined) lines.push(`Fix: ${fix}`);
  if (debug) lines.push(...stacksOf(error));
  else if (fix === undefined) lines.push('Fix: try again with --debug, which says where it happened.');
  return `${lines.join('\n')}\n`;
}

/** Errors of the local stack carry a fix too, under the same name. */
function fixOf(error: unknown): string | undefined {
  return error instanceof Error && 'fix' in error && typeof error.fix === 'string' ? error.fix : undefined;
}

function stacksOf(error: unknown): string[] {
  const stacks: string[] = [];
  for (let at = error; at instanceof Error; at = at.cause) stacks.push(at.stack ?? at.message);
  return stacks;
}
