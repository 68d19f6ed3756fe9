import * as v from 'valibot';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startMailbox, type Mailbox } from '../../local-stack/mailbox/start.ts';
import { newId } from '../../platform/id.ts';
import { createLogger } from '../../platform/log.ts';
import { createApp } from '../app.ts';
import { startCoreWorld, type CoreWorld } from '../core-world.fixture.ts';
import { createMailer } from '../mail/mailer.ts';
import { smtpAddress } from '../mail/smtp-address.ts';
import { createCodeMailer } from './code-mailer.ts';
import { wrongCode } from './customer.fixture.ts';

const REFUSED = 'refused@example.org';

let world: CoreWorld;
let mailbox: Mailbox;
beforeAll(async () => {
  world = await startCoreWorld();
  mailbox = await startMailbox({ refuse: (address) => (address === REFUSED ? 550 : null) });
});
afterAll(() => Promise.all([mailbox.stop(), world.close()]));

it('no log of a core that logs everything holds a code, a session’s token or an address', async () => {
  let logged = '';
  const log = createLogger('core', 'trace', { write: (line) => (logged += line) });
  const smtp = v.parse(smtpAddress, mailbox.smtpUrl);
  if (smtp === null) throw new Error('no address');
  const mailer = createMailer(smtp, 'Onsale <tickets@example.org>');
  const codeMailer = createCodeMailer((mail) => mailer.send(mail), log);
  const app = createApp({ ...world.deps, log, mailer, codeMailer });
  const send = async (method: string, path: string, body: object | null, token = '') => {
    const headers = {
      'content-type': 'application/json',
      'idempotency-key': newId(),
      ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
    };
    const init = { method, headers, ...(body === null ? {} : { body: JSON.stringify(body) }) };
    const answer = await app.request(`/v1/accounts/${path}`, init);
    return { status: answer.status, body: v.parse(v.record(v.string(), v.unknown()), await answer.json()) };
  };
  const signIn = (email: string, code: string) => send('POST', 'sessions', { email, code });

  for (const email of ['ada@example.org', REFUSED])
    expect((await send('POST', 'sign-in-codes', { email })).status).toBe(202);
  await codeMailer.drain();
  const code = /\b\d{8}\b/.exec(mailbox.messages()[0]?.parsed.text ?? '')?.[0] ?? '';
  expect((await signIn('ada@example.org', wrongCode(code))).status).toBe(403);
  const opened = await signIn('ada@example.org', code);
  const token = String(opened.body['accessToken']);
  expect(opened.status).toBe(201);

  // What goes wrong inside is logged with its cause: the tables that a code and a session are kept in are taken away.
  await world.sql`ALTER TABLE account_sessions RENAME TO account_sessions_away`;
  await world.sql`ALTER TABLE sign_in_codes RENAME TO sign_in_codes_away`;
  expect((await send('GET', 'me', null, token)).status).toBe(500);
  expect((await send('POST', 'sign-in-codes', { email: 'ada@example.org' })).status).toBe(500);
  expect((await signIn('ada@example.org', code)).status).toBe(500);
  mailer.close();

  expect(logged).toContain('a sign-in code was not sent');
  expect(logged).toContain('internal error');
  expect(code).toMatch(/^\d{8}$/);
  for (const secret of [code, wrongCode(code), token, token.slice(3), '@example.org'])
    expect(logged).not.toContain(secret);
});
