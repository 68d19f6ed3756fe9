import { expect, it } from 'vitest';
import { toBlockList } from '../config.node.ts';
import { clientAddress } from './client-address.node.ts';

const nobody = toBlockList([]);
const trusted = toBlockList(['10.0.0.0/8', '2001:db8::/32']);

it('is the socket’s, whatever the header claims', () => {
  expect(clientAddress('203.0.113.7', '198.51.100.1', nobody)).toBe('203.0.113.7');
  expect(clientAddress('203.0.113.7', '198.51.100.1', trusted)).toBe('203.0.113.7');
  expect(clientAddress('::ffff:203.0.113.7', undefined, trusted)).toBe('203.0.113.7');
  expect(clientAddress(undefined, '198.51.100.1', trusted)).toBe('unknown');
});

it('is whom a trusted proxy names, and no farther than trust reaches', () => {
  expect(clientAddress('10.1.2.3', '198.51.100.1', trusted)).toBe('198.51.100.1');
  expect(clientAddress('::ffff:10.1.2.3', '1.1.1.1, 198.51.100.1, 10.9.9.9', trusted)).toBe('198.51.100.1');
  expect(clientAddress('2001:db8::1', '[2001:4860::8]:4711', trusted)).toBe('2001:4860::8');
  expect(clientAddress('10.1.2.3', '198.51.100.1:5050', trusted)).toBe('198.51.100.1');
});

it('is the proxy’s own when it names nobody usable', () => {
  for (const header of [undefined, '', 'unknown', '198.51.100.1, _hidden'])
    expect(clientAddress('10.1.2.3', header, trusted)).toBe('10.1.2.3');
});

it('the header of proxies all the way names the farthest', () => {
  expect(clientAddress('10.1.2.3', '10.4.4.4, 10.5.5.5', trusted)).toBe('10.4.4.4');
});
