import { describe, expect, it } from 'vitest';
import { tokenInLink } from './kept-tokens.ts';

describe('the link in a message', () => {
  it('brings a booking’s token, and nothing else does', () => {
    const token = `bk_${'a'.repeat(43)}`;
    expect(tokenInLink('booking', `#token=${token}`)).toBe(token);
    expect(tokenInLink('ticket', `#token=${token}`)).toBeNull();
    expect(tokenInLink('ticket', `#token=et_${'a'.repeat(43)}`)).toBe(`et_${'a'.repeat(43)}`);
    for (const hash of ['', '#', '#token=', `#token=${token}x`, '#token=<script>', `#other=${token}`])
      expect(tokenInLink('booking', hash)).toBeNull();
  });
});
