import { once } from 'node:events';
import * as v from 'valibot';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startMailbox, type Mailbox } from '../../local-stack/mailbox/start.ts';
import { newId } from '../../platform/id.ts';
import { prepareCoreProcesses, type CoreProcesses } from '../core-process.fixture.ts';
import { startCoreWorld, type CoreWorld } from '../core-world.fixture.ts';
import { wrongCode } from './customer.fixture.ts';

const REFUSED = 'refused@example.org';

let world: CoreWorld;
let processes: CoreProcesses;
let mailbox: Mailbox;
beforeAll(async () => {
  world = await startCoreWorld();
  processes = await prepareCoreProcesses(world);
  mailbox = await startMailbox({ refuse: (address) => (address === REFUSED ? 550 : null) });
});
afterAll(async () => {
  await processes.stop();
  await Promise.all([mailbox.stop(), world.close()]);
});

it('no log of a core that logs everything holds a code, a session’s token or an address', async () => {
  let logged = '';
  const core = await processes.start({
    env: { LOG_LEVEL: 'trace', ONSALE_SMTP_URL: mailbox.smtpUrl },
    onOutput: (text) => (logged += text),
  });
  const send = async (method: string, path: string, body: object | string | null, token = '') => {
    const headers = {
      'content-type': 'application/json',
      'idempotency-key': newId(),
      ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
    };
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const answer = await fetch(`${core.url}/v1/accounts/${path}`, {
      method,
      headers,
      ...(body === null ? {} : { body: text }),
    });
    const answered = await answer.text();
    return { status: answer.status, body: v.parse(v.record(v.string(), v.unknown()), JSON.parse(answered || '{}')) };
  };
  const signIn = (email: string, code: string) => send('POST', 'sessions', { email, code });

  for (const email of ['ada@example.org', REFUSED])
    expect((await send('POST', 'sign-in-codes', { email })).status).toBe(202);
  await expect.poll(() => mailbox.messages().length, { timeout: 10_000 }).toBe(1);
  const code = /\b\d{8}\b/.exec(mailbox.messages()[0]?.parsed.text ?? '')?.[0] ?? '';
  expect((await signIn('ada@example.org', wrongCode(code))).status).toBe(403);
  const opened = await signIn('ada@example.org', code);
  const token = String(opened.body['accessToken']);
  expect(opened.status).toBe(201);

  // What goes wrong inside is logged with its cause: the tables that a code and a session are kept in are taken away.
  await send('POST', 'sessions', `{"email":"ada@example.org","code":"${code}"`);
  await world.sql`ALTER TABLE account_sessions RENAME TO account_sessions_away`;
  await world.sql`ALTER TABLE sign_in_codes RENAME TO sign_in_codes_away`;
  expect((await send('GET', 'me', null, token)).status).toBe(500);
  expect((await send('POST', 'sign-in-codes', { email: 'ada@example.org' })).status).toBe(500);
  expect((await signIn('ada@example.org', code)).status).toBe(500);
  core.child.kill('SIGTERM');
  await once(core.child, 'exit');

  expect(logged).toContain('a sign-in code was not sent');
  expect(logged).toContain('internal error');
  expect(code).toMatch(/^\d{8}$/);
  for (const secret of [code, wrongCode(code), token, token.slice(3), '@example.org'])
    expect(logged).not.toContain(secret);
});
