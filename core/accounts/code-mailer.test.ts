import { expect, it } from 'vitest';
import type { Logger } from '../../platform/log.ts';
import { createLogger } from '../../platform/log.ts';
import { LANGUAGES } from '../notifications/language.ts';
import { codeMail } from './code-mail.ts';
import { createCodeMailer, type CodeMail, type SendCode } from './code-mailer.ts';

const mail = (n: number): CodeMail => {
  const to = `n${n}@example.org`;
  return codeMail({
    to,
    deliverTo: to,
    code: String(n).padStart(8, '0'),
    minutes: 10,
    origin: 'https://tickets.example',
    language: 'en',
  });
};

it.each(LANGUAGES)(
  'says in %s what the code is for, the same as text and as HTML, and not in the subject',
  (language) => {
    const address = { to: 'a@example.org', deliverTo: 'a@example.org' };
    const { subject, text, html } = codeMail({
      ...address,
      code: '00112233',
      minutes: 10,
      origin: 'https://tickets.example',
      language,
    });
    expect(subject).not.toMatch(/\d/);
    expect(html).toContain(`<html lang="${language}">`);
    for (const line of text.trim().split('\n\n')) expect(html).toContain(line);
    expect(text).toMatch(/tickets\.example[\s\S]*00112233[\s\S]*10/);
  },
);

/** A logger whose lines are kept. */
function noted(): { log: Logger; lines: string[] } {
  const lines: string[] = [];
  const log = createLogger('core', 'silent');
  log.warn = (...words: unknown[]) => void lines.push(JSON.stringify(words));
  return { log, lines };
}

it('tries a message again that the relay did not take, and tells the log neither code nor address', async () => {
  const { log, lines } = noted();
  const tried: string[] = [];
  const outcomes: Awaited<ReturnType<SendCode>>[] = [
    { kind: 'failed', code: 'smtp_421' },
    { kind: 'failed', code: 'smtp_421' },
    { kind: 'sent' },
    { kind: 'refused', code: 'smtp_550' },
  ];
  const mailer = createCodeMailer(
    async ({ to }) => {
      tried.push(to);
      return outcomes[tried.length - 1] ?? { kind: 'failed', code: 'smtp_timeout' };
    },
    log,
    [0, 0],
  );
  for (const n of [1, 2, 3]) {
    mailer.put(mail(n));
    await mailer.drain();
  }
  expect(tried.map((to) => to.slice(0, 2))).toEqual(['n1', 'n1', 'n1', 'n2', 'n3', 'n3', 'n3']);
  expect(lines.map((line) => /smtp_\w+/.exec(line)?.[0])).toEqual(['smtp_550', 'smtp_timeout']);
  expect(lines.join('')).not.toMatch(/@|\d{8}/);
});

it('holds 500 messages while a relay hangs, sends a few at once, and refuses more', async () => {
  const { log } = noted();
  let [inHand, most] = [0, 0];
  let release = (): void => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  const mailer = createCodeMailer(async () => {
    most = Math.max(most, (inHand += 1));
    await released;
    inHand -= 1;
    return { kind: 'sent' };
  }, log);
  for (let n = 0; n < 504; n += 1) {
    mailer.requireRoom();
    mailer.put(mail(n));
  }
  expect(() => mailer.requireRoom()).toThrow(expect.objectContaining({ code: 'busy' }));
  await mailer.drain(1);
  release();
  await mailer.drain();
  expect([inHand, most]).toEqual([0, 4]);
  mailer.requireRoom();
});
