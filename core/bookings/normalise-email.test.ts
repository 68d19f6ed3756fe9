import { describe, expect, it } from 'vitest';
import { normaliseEmail } from './normalise-email.ts';

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
