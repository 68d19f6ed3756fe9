import { setTimeout as sleep } from 'node:timers/promises';
import { OperatingError } from '../../platform/operating-error.ts';
import type { Logger } from '../../platform/log.ts';

/** A message with a sign-in code. */
export type CodeMail = { to: string; deliverTo: string; subject: string; text: string; html: string };

/** Hands a message to the relay. `refused`: it never takes this one; `failed`: perhaps later. */
export type SendCode = (
  mail: CodeMail,
) => Promise<{ kind: 'sent' } | { kind: 'refused'; code: string } | { kind: 'failed'; code: string }>;

/**
 * Sends codes after the answer is given, so that neither the relay's time nor its word about an address is heard in the answer. Codes
 * wait in this process's memory only: they are written nowhere in clear, and one that is lost is asked for again.
 */
export type CodeMailer = {
  /** Throws `busy` when too many wait; asked before a code is made, for every address alike. */
  requireRoom(): void;
  put(mail: CodeMail): void;
  /** Resolves when nothing waits any more, or after so many ms. */
  drain(withinMs?: number): Promise<void>;
};

/** Messages that wait at most: what four connections hand over in a minute. */
const MAX_WAITING = 500;
const AT_ONCE = 4;
/** Pauses before the second and third try, ms: a code that comes later than that was given up by who waits for it. */
const PAUSES_MS = [1000, 5000];

/** A mailer over a way to send; `pausesMs` are for tests. */
export function createCodeMailer(send: SendCode, log: Logger, pausesMs: readonly number[] = PAUSES_MS): CodeMailer {
  const waiting: CodeMail[] = [];
  const running = new Set<Promise<void>>();
  const next = (): void => {
    if (running.size >= AT_ONCE) return;
    const mail = waiting.shift();
    if (mail === undefined) return;
    const run = sendPatiently(send, mail, log, pausesMs).finally(() => {
      running.delete(run);
      next();
    });
    running.add(run);
  };
  return {
    requireRoom() {
      if (waiting.length >= MAX_WAITING)
        throw new OperatingError('busy', {}, { message: 'too many codes wait to be sent' });
    },
    put(mail) {
      waiting.push(mail);
      next();
    },
    async drain(withinMs) {
      const all = async () => {
        while (running.size > 0) await Promise.all(running);
      };
      const tooLate = new AbortController();
      const late = withinMs === undefined ? [] : [sleep(withinMs, undefined, { signal: tooLate.signal })];
      await Promise.race([all(), ...late]);
      tooLate.abort();
    },
  };
}

/** The log hears that a code was not sent, and never which or to whom. */
async function sendPatiently(send: SendCode, mail: CodeMail, log: Logger, pausesMs: readonly number[]): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    const outcome = await send(mail);
    if (outcome.kind === 'sent') return;
    const pauseMs = outcome.kind === 'refused' ? undefined : pausesMs[attempt];
    if (pauseMs === undefined) return log.warn({ why: outcome.code }, 'a sign-in code was not sent');
    await sleep(pauseMs);
  }
}
