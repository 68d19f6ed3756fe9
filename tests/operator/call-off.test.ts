import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBuyer, type Buyer } from '../../core/buyer.fixture.ts';
import { SHOW } from '../../core/core-world.fixture.ts';
import { checkMoney } from '../../core/reconcile/check-money.ts';
import { startCommandWorld, type CommandWorld } from './command-world.fixture.ts';

let commands: CommandWorld;
let buyer: Buyer;
beforeAll(async () => {
  commands = await startCommandWorld();
  buyer = createBuyer(commands.world);
});
afterAll(() => commands.close());

const callOff = (...more: string[]) => commands.run('operator', 'call-off', SHOW, ...more);
const refundsOf = async (): Promise<number> => {
  const [row] = await commands.world.sql<
    { count: number }[]
  >`SELECT count(*)::int AS count FROM outbox WHERE kind = 'payment.refund'`;
  return row?.count ?? Number.NaN;
};

describe('onsale operator call-off', () => {
  it('looks, ends the sale, gives all back, tells what is unpaid, and gives nothing back twice', async () => {
    const { world } = commands;
    const paid = [await buyer.book(), await buyer.book({ standing: 3 })];
    for (const booked of paid) await buyer.pay(booked);
    const unpaid = await buyer.book();

    const looked = await callOff();
    expect(looked).toMatchObject({ code: 0, err: '' });
    expect(looked.out).toMatch(
      /^gala: would end its sale and give back 2 bookings \(4 places, €\d+\.00\); unpaid: 1\./,
    );
    expect(await refundsOf()).toBe(0);

    const first = await callOff('--yes');
    expect(first.code).toBe(1);
    expect(first.err).toMatch(
      /called off; 2 bookings \(4 places, €\d+\.00\) given back\. Still unpaid, to be paid until 2\S+: 1\./,
    );
    expect(await refundsOf()).toBe(2);
    await world.drain();
    await buyer.settle(2);
    for (const booked of paid) expect((await buyer.open(booked)).body['status']).toBe('refunded');

    // Who had begun to pay before is given back as well.
    await buyer.pay(unpaid);
    const again = await callOff('--yes');
    expect(again).toMatchObject({
      code: 0,
      out: expect.stringContaining('gala: called off; 1 booking (1 place,') as string,
    });
    await world.drain();
    await buyer.settle(1);
    expect((await buyer.open(unpaid)).body['status']).toBe('refunded');
    expect((await callOff('--yes')).out).toBe('gala: called off; 0 bookings (0 places) given back\n');
    expect(await refundsOf()).toBe(3);
    expect(await checkMoney(world.sql)).toMatchObject([{ balances: true, suspense: [] }]);
  });

  it('says which performance there is none of, and what core refuses', async () => {
    expect((await commands.run('operator', 'call-off', 'nothing', '--yes')).err).toContain('404 performance_not_found');
    expect((await callOff('--origin', 'http://127.0.0.1:9')).err).toContain('does not answer');
  });
});
