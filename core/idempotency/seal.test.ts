import { createDecipheriv, hkdfSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { openAnswer, sealAnswer } from './seal.ts';

describe('a sealed answer', () => {
  it('opens with the credential it was sealed with, and with no other', () => {
    const sealed = sealAnswer('receipt', '{"accessToken":"bk_1"}');
    expect(sealed).not.toContain('bk_1');
    expect(openAnswer('receipt', sealed)).toBe('{"accessToken":"bk_1"}');
    expect(openAnswer('another', sealed)).toBeNull();
  });

  it('is sealed under the key that HKDF makes of the credential', () => {
    const sealed = Buffer.from(sealAnswer('receipt', 'answer'), 'base64url');
    const key = Buffer.from(hkdfSync('sha256', 'receipt', '', 'onsale idempotent answer', 32));
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12));
    expect(decipher.update(sealed.subarray(12, -16)).toString()).toBe('answer');
  });

  it('does not open when it was changed or cut', () => {
    const sealed = sealAnswer('receipt', 'answer');
    expect(openAnswer('receipt', `${sealed.slice(0, -2)}AA`)).toBeNull();
    expect(openAnswer('receipt', sealed.slice(0, 10))).toBeNull();
    expect(openAnswer('receipt', '')).toBeNull();
  });
});
