/**
 * Why a part of the local stack can't run: `message` says what is wrong, `fix` what its reader can do about it.
 * The supervisor prints both and exits with 1; nothing retries on it.
 */
export class StackError extends Error {
  readonly fix: string | undefined;

  constructor(message: string, options: { fix?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'StackError';
    this.fix = options.fix;
  }
}
