import { expect, it } from 'vitest';
import { describeLine } from './booking-history.tsx';
import { blocksHash, bookingHash, eventHash, performanceHash, readView, venueHash } from './console-view.ts';
import { describeWork } from './dead-letter.ts';

it('the hash names a room, a view, or nothing that is known', () => {
  expect(readView('#demo')).toEqual({ kind: 'room', room: 'demo' });
  for (const hash of ['', '#', '#/', '#/nowhere', '#%']) expect(readView(hash)).toEqual({ kind: 'rooms' });
  expect(readView('#/dead-letters')).toEqual({ kind: 'dead_letters' });
  // A room may be called so too.
  expect(readView('#dead-letters')).toEqual({ kind: 'room', room: 'dead-letters' });
  expect(readView('#/webhooks')).toEqual({ kind: 'webhooks' });
  expect(readView('#/performances')).toEqual({ kind: 'rooms' });
  expect(readView('#/catalogue')).toEqual({ kind: 'catalogue' });
  expect(readView(performanceHash('gala'))).toEqual({ kind: 'performance', id: 'gala' });
  expect(readView(eventHash('tour'))).toEqual({ kind: 'event', id: 'tour' });
  expect(readView(venueHash('hall'))).toEqual({ kind: 'venue', id: 'hall' });
  expect(readView(blocksHash('gala'))).toEqual({ kind: 'blocks', performance: 'gala' });
  expect(readView('#/bookings')).toEqual({ kind: 'booking', id: null });
  expect(readView(bookingHash('b-1'))).toEqual({ kind: 'booking', id: 'b-1' });
});

it('work and history are told in words', () => {
  expect(describeWork('payment.refund')).toBe('Refund a payment');
  expect(describeWork('endpoint.booking.confirmed')).toBe('Tell an endpoint: booking.confirmed');
  expect(describeWork('webhook.sandbox')).toContain('sandbox');
  expect(describeWork('something.new')).toBe('something.new');
  expect(describeLine({ action: 'refund_due', details: { amountMinor: 500, reason: 'seats_gone' } })).toBe(
    'refund due, amountMinor 500, reason seats_gone',
  );
});
