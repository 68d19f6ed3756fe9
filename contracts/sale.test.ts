import { expect, it } from 'vitest';
import { saleAt, saleEndMs, type SaleTimes } from './sale.ts';

const START = Date.parse('2030-05-01T18:00:00.000Z');
const OPENS = Date.parse('2030-04-01T09:00:00.000Z');
const show = (rest: Partial<SaleTimes>): SaleTimes => ({
  status: 'on_sale',
  startsAt: new Date(START).toISOString(),
  ...rest,
});

it('a performance is sold by its status where it has no times', () => {
  for (const status of ['scheduled', 'on_sale', 'ended'] as const)
    expect(saleAt(show({ status }), START + 86_400_000)).toBe(status);
  expect(saleEndMs(show({}))).toBeNull();
});

it('a sale opens at its moment and not one before, whether its row says so yet or did too early', () => {
  for (const status of ['scheduled', 'on_sale'] as const) {
    const sale = show({ status, onSaleAt: new Date(OPENS).toISOString() });
    expect([saleAt(sale, OPENS - 1), saleAt(sale, OPENS)]).toEqual(['scheduled', 'on_sale']);
  }
});

it('a sale ends at its cut-off, and what has ended does not open again', () => {
  const sale = show({ salesCutOffSeconds: 3600 });
  expect([saleAt(sale, START - 3_600_001), saleAt(sale, START - 3_600_000)]).toEqual(['on_sale', 'ended']);
  expect(saleAt(show({ salesCutOffSeconds: 0 }), START)).toBe('ended');
  expect(saleAt(show({ status: 'ended', onSaleAt: new Date(OPENS).toISOString() }), OPENS)).toBe('ended');
});
