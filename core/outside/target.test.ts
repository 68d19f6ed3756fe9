import { describe, expect, it } from 'vitest';
import { isPublicAddress } from './public-address.ts';
import { refuseTarget } from './target.ts';

describe('where webhooks may go', () => {
  it('is a public host over https', () => {
    for (const url of [
      'https://example.org/hook?x=1',
      'https://example.org:8443/',
      'https://93.184.216.34/',
      'https://[2606:4700::1]/',
    ])
      expect(refuseTarget(url, []), url).toBeNull();
  });

  it('is no host inside, in whatever way its address is written', () => {
    const inside = [
      '127.0.0.1',
      '2130706433',
      '0x7f.1',
      '10.1.2.3',
      '169.254.169.254',
      '192.168.0.1',
      '100.64.0.1',
      '0.0.0.0',
    ];
    const inside6 = [
      '[::1]',
      '[::ffff:127.0.0.1]',
      '[::ffff:a9fe:a9fe]',
      '[fd00::1]',
      '[fe80::1]',
      '[64:ff9b::7f00:1]',
      '[2002:7f00:1::]',
    ];
    for (const host of [...inside, ...inside6, 'localhost', 'redis'])
      expect(refuseTarget(`https://${host}/`, []), host).toMatch(/public host/);
  });

  it('is nothing without TLS, with credentials or of another scheme', () => {
    expect(refuseTarget('http://example.org/', [])).toBe('must begin with https');
    expect(refuseTarget('file:///etc/passwd', [])).toBe('must begin with https');
    const withUser = Object.assign(new URL('https://example.org/'), { username: 'user', password: 'pass' });
    expect(refuseTarget(withUser.href, [])).toBe('must not hold credentials');
    expect(refuseTarget('example.org', [])).toBe('must be a whole address');
  });

  it('is a host inside, also without TLS, that the configuration names, and only that one', () => {
    const named = ['127.0.0.1', '[::1]', 'erp.internal'];
    for (const url of ['http://127.0.0.1:4000/', 'http://[::1]/', 'https://erp.internal/hook', 'http://2130706433/'])
      expect(refuseTarget(url, named), url).toBeNull();
    for (const url of ['http://127.0.0.2/', 'http://erp.internal.example.org/'])
      expect(refuseTarget(url, named), url).not.toBeNull();
  });
});

it('addresses are public or not by their range, to its last one', () => {
  const isPublic = (addresses: string[]) => addresses.map(isPublicAddress);
  expect(isPublic(['172.15.255.255', '172.16.0.0', '172.31.255.255', '172.32.0.0'])).toEqual([
    true,
    false,
    false,
    true,
  ]);
  expect(isPublic(['2000::', '2001:db8::1', '3fff:1000::', '4000::', '::', 'no address'])).toEqual([
    true,
    false,
    true,
    false,
    false,
    false,
  ]);
});
