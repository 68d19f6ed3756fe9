import { describe, expect, it } from 'vitest';
import { normaliseEmail, provesMailbox } from './normalise-email.ts';

describe('one spelling per mailbox', () => {
  it.each([
    ['Ada.Lovelace@Example.ORG', 'ada.lovelace@example.org'],
    ['ada+tickets@example.org', 'ada@example.org'],
    ['a.d.a+x@googlemail.com', 'ada@gmail.com'],
    ['"odd@name"@example.org', '"odd@name"@example.org'],
  ])('counts %s as %s', (typed, counted) => {
    expect(normaliseEmail(typed)).toBe(counted);
  });
});

it('who reads an address with a tag reads the one without it only where tags are known', () => {
  for (const email of ['Ada@Example.org', 'a.d.a+x@gmail.com', 'ada@googlemail.com'])
    expect(provesMailbox(email)).toBe(true);
  for (const email of ['ada+x@example.org', '+@example.org']) expect(provesMailbox(email)).toBe(false);
});
