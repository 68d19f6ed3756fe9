import { expect, it } from 'vitest';
import { createBuyer, eventually } from '../support/buyer.ts';
import { call, textOf } from '../support/http.ts';
import { startStack } from '../support/stack.ts';
import { admitted } from '../support/visitor.ts';

it('bin/dev --payments stripe leads from a pass to a ticket over the stand-in’s page, after a declined card', async () => {
  const stack = await startStack({ args: ['--payments', 'stripe'] });
  try {
    const { edgeUrl, rooms } = stack.ready;
    const buyer = createBuyer(stack.ready, rooms['demo']?.performances[0] ?? '');
    const [seat] = await buyer.freeSeats(1);
    const { pass } = await admitted(edgeUrl, 'demo');
    const hold = await buyer.hold(pass, [{ zoneId: seat?.zoneId, seats: [seat?.id] }]);
    const booking = await buyer.book(hold, 'Asha Rao', crypto.randomUUID());
    expect(booking.body).toMatchObject({ payment: { provider: 'stripe' } });
    const { checkoutUrl } = Object(booking.body['payment']);
    const page = await fetch(String(checkoutUrl));
    expect(await page.text()).toContain('Stripe stand-in');
    const choose = (outcome: string) =>
      fetch(page.url, { method: 'POST', redirect: 'manual', body: new URLSearchParams({ outcome }) });
    expect(await (await choose('fail')).text()).toContain('declined');
    const paid = await choose('succeed');
    expect(paid.headers.get('location')).toBe(`${edgeUrl}/shop/?booking=${textOf(booking, 'bookingId')}`);
    const bearer = textOf(booking, 'accessToken');
    const path = buyer.core(`/bookings/${textOf(booking, 'bookingId')}`);
    await eventually(
      'the booking is confirmed',
      () => call('GET', path, { bearer }),
      ({ body }) => body['status'] === 'confirmed',
    );
    expect((await call('GET', `${path}/tickets`, { bearer })).body['tickets']).toHaveLength(1);
  } finally {
    await stack.dispose();
  }
}, 120_000);
