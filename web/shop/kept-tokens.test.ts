import { describe, expect, it } from 'vitest';
import { tokenInLink } from './kept-tokens.ts';

describe('the link in a message', () => {
  it('brings a booking’s token, and nothing else does', () => {
    const token = `bk_${'a'.repeat(43)}`;
    expect(tokenInLink(`#token=${token}`)).toBe(token);
    for (const hash of ['', '#', '#token=', `#token=${token}x`, '#token=<script>', `#other=${token}`])
      expect(tokenInLink(hash)).toBeNull();
  });
});
