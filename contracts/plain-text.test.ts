import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { bookingRequestSchema } from './bookings.ts';
import { isStorable } from './plain-text.ts';
import { roomPatchSchema } from './room-settings.ts';

const broken = ['A\u0000B', 'A\u0007', 'A\u0085B', 'A\u007fB', 'A\nB', 'A\ud800', '\udc00A'];
const booking = (name: string, passenger = 'Ada') => ({
  receipt: 'r',
  buyer: { name, email: 'ada@example.org' },
  passengers: [{ name: passenger }],
});

describe('text that people type', () => {
  it.each(['Ada', 'Zoë Müller', '李小龍', 'A 😀 B', 'O’Brien', 'अनुष्का'])('may be %s', (name) => {
    expect(v.is(bookingRequestSchema, booking(name, name))).toBe(true);
    expect(v.is(roomPatchSchema, { name })).toBe(true);
  });

  it.each(broken.map((text) => [JSON.stringify(text), text]))(
    'is refused as %s wherever it is stored',
    (_, text = '') => {
      expect(v.is(bookingRequestSchema, booking(text))).toBe(false);
      expect(v.is(bookingRequestSchema, booking('Ada', text))).toBe(false);
      expect(v.is(roomPatchSchema, { name: text })).toBe(false);
      expect(v.is(roomPatchSchema, { shopUrl: `/shop/${text}` })).toBe(false);
    },
  );
});

describe('a provider’s payload', () => {
  it('can be stored unless some text in it can’t', () => {
    expect(isStorable({ a: ['x\ny', 1, null, { b: 'ü😀' }] })).toBe(true);
    expect(isStorable({ a: [{ b: 'x\u0000' }] })).toBe(false);
    expect(isStorable({ 'k\u0000': 1 })).toBe(false);
    expect(isStorable(['\ud800'])).toBe(false);
  });
});

describe('where a shop is', () => {
  it.each(['/shop/', '/shop/?room=demo#x', 'https://shop.example/a', 'http://127.0.0.1:3000/'])(
    'may be %s',
    (shopUrl) => {
      expect(v.is(roomPatchSchema, { shopUrl })).toBe(true);
    },
  );

  it.each([
    '/\\evil.example',
    '/\t/evil.example',
    '//evil.example',
    '/a b',
    'https://',
    'https:evil',
    'https://a\\b',
    'javascript:alert(1)',
    'ftp://a.example',
    'shop',
    '',
  ])('can’t be %j', (shopUrl) => {
    expect(v.is(roomPatchSchema, { shopUrl })).toBe(false);
  });
});
