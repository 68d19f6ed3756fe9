import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '../../platform/id.ts';
import { takeLimit } from '../../redis/take-limit.ts';
import { startCoreWorld, type CoreWorld } from '../core-world.fixture.ts';
import { createCustomer, wrongCode, type Customer } from './customer.fixture.ts';

const ADA = 'ada@example.org';

let world: CoreWorld;
let customer: Customer;
beforeAll(async () => {
  world = await startCoreWorld();
  customer = createCustomer(world);
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.sql`TRUNCATE accounts, sign_in_codes CASCADE`;
  await world.deps.redis.eval(`for _, key in ipairs(redis.call('KEYS', 'limit:*')) do redis.call('DEL', key) end`, 0);
  world.codeBox.mails.length = 0;
});

const sentCode = async (email = ADA): Promise<string> => {
  expect((await customer.askCode(email)).status).toBe(202);
  return world.codeBox.codeFor(email);
};
const whoAmI = (token: string) => world.call('GET', '/v1/accounts/me', { token });

describe('a sign-in code', () => {
  it('opens a session for the address it was sent to, whichever way that is written', async () => {
    const code = await sentCode();
    const opened = await customer.tryCode('Ada+shop@Example.org', `${code.slice(0, 4)} ${code.slice(4)}`);
    expect(opened.status).toBe(201);
    expect(opened.headers.get('cache-control')).toBe('no-store');
    const me = await whoAmI(String(opened.body['accessToken']));
    expect(me.body).toEqual(opened.body['account']);
    expect(me.body['email']).toBe(ADA);
  });

  it('is good once', async () => {
    const code = await sentCode();
    expect((await customer.tryCode(ADA, code)).status).toBe(201);
    expect((await customer.tryCode(ADA, code)).body['code']).toBe('code_invalid');
  });

  it('is good once also for twenty who bring it at the same time', async () => {
    const code = await sentCode();
    const replies = await Promise.all(Array.from({ length: 20 }, () => customer.tryCode(ADA, code)));
    expect(replies.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(replies.filter(({ body }) => body['code'] === 'code_invalid')).toHaveLength(19);
  });

  it('is of no use after five wrong tries, the right one included; the fifth may still be right', async () => {
    const code = await sentCode();
    for (let tries = 0; tries < 4; tries += 1) expect((await customer.tryCode(ADA, wrongCode(code))).status).toBe(403);
    expect((await customer.tryCode(ADA, code)).status).toBe(201);

    const locked = await sentCode();
    for (let tries = 0; tries < 5; tries += 1) expect((await customer.tryCode(ADA, 'nonsense')).status).toBe(403);
    expect((await customer.tryCode(ADA, locked)).body['code']).toBe('code_invalid');
  });

  it('is judged five times at most when forty wrong tries come at once', async () => {
    const code = await sentCode();
    await Promise.all(Array.from({ length: 40 }, () => customer.tryCode(ADA, wrongCode(code))));
    const [row] = await world.sql`SELECT tries FROM sign_in_codes`;
    expect(row?.['tries']).toBe(5);
    expect((await customer.tryCode(ADA, code)).status).toBe(403);
  });

  it('takes the place of the one before', async () => {
    const [before, after] = [await sentCode(), await sentCode()];
    expect((await customer.tryCode(ADA, before)).status).toBe(403);
    expect((await customer.tryCode(ADA, after)).status).toBe(201);
  });

  it('is good for ten minutes, and for its own address only', async () => {
    const code = await sentCode();
    expect((await customer.tryCode('eve@example.org', code)).status).toBe(403);
    await world.sql`UPDATE sign_in_codes SET expires_at = expires_at - interval '599 seconds'`;
    const [row] = await world.sql`SELECT expires_at > now() AS live FROM sign_in_codes`;
    expect(row?.['live']).toBe(true);
    await world.sql`UPDATE sign_in_codes SET expires_at = expires_at - interval '1 second'`;
    expect((await customer.tryCode(ADA, code)).status).toBe(403);
  });

  it('is not to be found in the database, nor are address and session', async () => {
    const code = await sentCode('eve@example.org');
    const token = await customer.signIn(ADA);
    const tables =
      await world.sql`SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'`;
    const texts = await Promise.all(
      tables.map(({ name }) => world.sql`SELECT t::text AS row FROM ${world.sql(String(name))} t`),
    );
    const everything = texts
      .flat()
      .map((row) => String(row['row']))
      .join('\n');
    expect(everything).toContain(ADA);
    for (const secret of [code, token, 'eve@example.org']) expect(everything).not.toContain(secret);
  });
});

describe('asking again', () => {
  it('with the same key sends no second code, and signs in to the same session', async () => {
    const [askKey, tryKey] = [newId(), newId()];
    const first = await customer.askCode(ADA, askKey);
    const again = await customer.askCode(ADA, askKey);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(again.body).toEqual(first.body);
    const code = await world.codeBox.codeFor(ADA);
    expect(world.codeBox.mails).toHaveLength(1);
    const opened = await customer.tryCode(ADA, code, tryKey);
    expect((await customer.tryCode(ADA, code, tryKey)).body).toEqual(opened.body);
    expect((await customer.tryCode(ADA, wrongCode(code), tryKey)).body['code']).toBe('idempotency_key_reused');
  });

  it('for one address is limited, and by one client for many', async () => {
    const gate = (address: string) => ({
      'onsale-secret': world.deps.config.coreSecret,
      'onsale-client-address': address,
    });
    const ask = (email: string, address: string) => customer.askCode(email, newId(), gate(address));
    for (let n = 0; n < 5; n += 1) expect((await ask(ADA, `192.0.2.${n}`)).status).toBe(202);
    const refused = await ask('ada+other@EXAMPLE.org', '192.0.2.9');
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    const limit = { name: 'sign-in-codes', subject: '2001:db8:0:0::/64', max: 100, windowMs: 600_000 };
    await Promise.all(Array.from({ length: 98 }, () => takeLimit(world.deps.scripts, limit)));
    const last = [1, 2, 3].map((n) => ask(`n${n}@example.org`, `2001:db8::${n}`));
    expect((await Promise.all(last)).filter(({ status }) => status === 429)).toHaveLength(1);
    expect((await ask('late@example.org', '192.0.2.9')).status).toBe(202);
  });
});

describe('whether an address has an account', () => {
  it('is told by no answer and no statement', async () => {
    await customer.signIn(ADA);
    const seen = async (email: string) => {
      const statements: string[] = [];
      const original = world.deps.sql.options.debug;
      world.deps.sql.options.debug = (_connection, query) => void statements.push(query);
      const asked = await customer.askCode(email);
      const tried = await customer.tryCode(email, 'nonsense');
      world.deps.sql.options.debug = original;
      const { detail, code, status } = tried.body;
      return { statements, asked: [asked.status, Object.keys(asked.body)], tried: [detail, code, status] };
    };
    const [known, unknown] = [await seen(ADA), await seen('nobody@example.org')];
    expect(known.statements.length).toBeGreaterThan(4);
    expect(unknown).toEqual(known);
  });
});

describe('a session', () => {
  it('ends when its owner signs out, with its time, and when the account has too many', async () => {
    const token = await customer.signIn(ADA);
    expect((await world.call('DELETE', '/v1/accounts/sessions/me', { token })).status).toBe(204);
    expect((await whoAmI(token)).status).toBe(401);

    const old = await customer.signIn(ADA);
    await world.sql`UPDATE account_sessions SET created_at = created_at - interval '1 hour'`;
    await world.sql`INSERT INTO account_sessions (token_hash, account_id, expires_at)
      SELECT sha256(n::text::bytea), id, now() + interval '1 day' FROM accounts, generate_series(1, 19) AS n`;
    expect((await whoAmI(old)).status).toBe(200);
    const newest = await customer.signIn(ADA);
    expect((await whoAmI(old)).status).toBe(401);
    expect((await whoAmI(newest)).status).toBe(200);
    await world.sql`UPDATE account_sessions SET expires_at = now()`;
    expect((await whoAmI(newest)).status).toBe(401);
  });

  it('is none without a token, with a forged one, and with one of another kind', async () => {
    const token = await customer.signIn(ADA);
    for (const forged of [`${token.slice(0, -2)}AA`, 'as_', `bk_${token.slice(3)}`, await world.operatorToken('admin')])
      expect((await whoAmI(forged)).status).toBe(401);
    expect((await world.call('GET', '/v1/accounts/me')).status).toBe(401);
  });
});
