import { describe, expect, it } from 'vitest';
import { openAnswer, sealAnswer } from './seal.ts';

describe('a sealed answer', () => {
  it('opens with the credential it was sealed with, and with no other', () => {
    const sealed = sealAnswer('receipt', '{"accessToken":"bk_1"}');
    expect(sealed).not.toContain('bk_1');
    expect(openAnswer('receipt', sealed)).toBe('{"accessToken":"bk_1"}');
    expect(openAnswer('another', sealed)).toBeNull();
  });

  it('does not open when it was changed or cut', () => {
    const sealed = sealAnswer('receipt', 'answer');
    expect(openAnswer('receipt', `${sealed.slice(0, -2)}AA`)).toBeNull();
    expect(openAnswer('receipt', sealed.slice(0, 10))).toBeNull();
    expect(openAnswer('receipt', '')).toBeNull();
  });
});
