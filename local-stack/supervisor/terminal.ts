import { watchFile, unwatchFile, createReadStream } from 'node:fs';
import { StackError } from '../stack-error.ts';

const NAME_WIDTH = 17;
const STATE_WIDTH = 8;
const VERBOSE_POLL_MS = 250;

/** What the supervisor says: one line per part and event, on stdout; what went wrong on stderr. */
export type Terminal = {
  part: (name: string, state: string, rest?: string) => void;
  block: (lines: readonly string[]) => void;
  problem: (message: string, fix?: string) => void;
};

/** A terminal that writes events to `out` and problems to `err`. */
export function createTerminal(
  out: { write: (text: string) => unknown },
  err: { write: (text: string) => unknown },
): Terminal {
  return {
    part: (name, state, rest = '') => {
      out.write(`${name.padEnd(NAME_WIDTH)} ${state.padEnd(STATE_WIDTH)} ${rest}`.trimEnd() + '\n');
    },
    block: (lines) => void out.write(`\n${lines.join('\n')}\n\n`),
    problem: (message, fix) => {
      err.write(`\n${message}\n${fix === undefined ? '' : `Fix: ${fix}\n`}`);
    },
  };
}

/** The message and the fix of anything thrown; for what nobody foresaw, the place too. */
export function explain(error: unknown, prefix = ''): { message: string; fix?: string } {
  if (error instanceof StackError) {
    return { message: `${prefix}${error.message}`, ...(error.fix === undefined ? {} : { fix: error.fix }) };
  }
  return { message: `${prefix}${error instanceof Error ? (error.stack ?? error.message) : String(error)}` };
}

/** Prints what is appended to a log file, each line under the part's name, until the returned function is called. */
export function followLog(file: string, name: string, out: { write: (text: string) => unknown }): () => void {
  let position = 0;
  const print = (size: number): void => {
    if (size <= position) return;
    const from = position;
    position = size;
    createReadStream(file, { start: from, end: size - 1, encoding: 'utf8' })
      .on('data', (text) => out.write(String(text).replaceAll(/^(?=.)/gm, `${name} | `)))
      .on('error', () => {});
  };
  watchFile(file, { interval: VERBOSE_POLL_MS, persistent: false }, ({ size }) => print(size));
  return () => unwatchFile(file);
}
