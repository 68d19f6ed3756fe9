import { expect, it, vi } from 'vitest';
import { takeIdentity } from './brought-identity.ts';

it('the identity is read from the fragment and taken out of the address', () => {
  const replaceState = vi.fn();
  const at = { hash: '#identity=aaa.bbb-_.ccc', pathname: '/rooms/demo', search: '?return=/x' };
  expect(takeIdentity(at, { replaceState })).toBe('aaa.bbb-_.ccc');
  expect(replaceState).toHaveBeenCalledWith(null, '', '/rooms/demo?return=/x');
});

it('an address without one stays as it is', () => {
  const replaceState = vi.fn();
  for (const hash of ['', '#', '#top'])
    expect(takeIdentity({ hash, pathname: '/rooms/demo', search: '' }, { replaceState })).toBeNull();
  expect(replaceState).not.toHaveBeenCalled();
});
