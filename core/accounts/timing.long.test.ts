import { afterAll, beforeAll, expect, it } from 'vitest';
import { newId } from '../../platform/id.ts';
import { startCoreWorld, type CoreWorld } from '../core-world.fixture.ts';
import { createCustomer, type Customer } from './customer.fixture.ts';

const ROUNDS = 150;
/** How far two medians of the same work may lie apart, measured in turns: far less than a query that only one of them makes. */
const MAY_DIFFER = 0.15;

let world: CoreWorld;
let customer: Customer;
beforeAll(async () => {
  world = await startCoreWorld();
  customer = createCustomer(world);
  await world.sql`INSERT INTO accounts (id, email)
    SELECT gen_random_uuid(), 'known' || n || '@example.org' FROM generate_series(0, ${ROUNDS}) AS n`;
});
afterAll(() => world.close());

const median = (values: number[]): number => values.toSorted((one, other) => one - other)[values.length >> 1] ?? 0;

it('how long asking for a code and trying one take does not tell which address has an account', async () => {
  const took = {
    askedKnown: [] as number[],
    askedOther: [] as number[],
    triedKnown: [] as number[],
    triedOther: [] as number[],
  };
  const time = async (into: number[], work: () => Promise<{ status: number }>, status: number) => {
    const startedAt = performance.now();
    const reply = await work();
    into.push(performance.now() - startedAt);
    expect(reply.status).toBe(status);
  };
  const look = async (who: 'Known' | 'Other', n: number) => {
    const email = `${who.toLowerCase()}${n}@example.org`;
    const from = { 'onsale-secret': world.deps.config.coreSecret, 'onsale-client-address': `192.0.2.${n}` };
    await time(took[`asked${who}`], () => customer.askCode(email, newId(), from), 202);
    await time(took[`tried${who}`], () => customer.tryCode(email, '00000000', newId(), from), 403);
  };
  for (let n = 0; n <= ROUNDS; n += 1) {
    // Who comes first in a round takes turns, too.
    const [first, second] = n % 2 === 0 ? (['Known', 'Other'] as const) : (['Other', 'Known'] as const);
    await look(first, n);
    await look(second, n);
  }
  const ratio = (known: number[], other: number[]) => median(known.slice(1)) / median(other.slice(1));
  const told = Object.entries(took).map(([what, values]) => `${what} ${median(values).toFixed(2)} ms`);
  for (const what of [ratio(took.askedKnown, took.askedOther), ratio(took.triedKnown, took.triedOther)]) {
    expect(what, told.join(', ')).toBeGreaterThan(1 - MAY_DIFFER);
    expect(what, told.join(', ')).toBeLessThan(1 + MAY_DIFFER);
  }
});
