import { describe, expect, it } from 'vitest';
import { preferred, prefersHtml } from './negotiate.ts';

const OFFERS = ['text/html', 'application/json'] as const;

describe('preferred', () => {
  it.each([
    ['application/json', 'application/json'],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'text/html'],
    ['application/json;q=0.9, text/html;q=0.8', 'application/json'],
    ['application/json;q=0.5, text/html;q=0.8', 'text/html'],
    ['text/html;q=0, */*', 'application/json'],
    ['text/*;q=0.3, application/*;q=0.4', 'application/json'],
    ['*/*', 'text/html'],
    ['APPLICATION/JSON', 'application/json'],
  ])('takes from %s the offer %s', (accept, offer) => {
    expect(preferred(accept, OFFERS)).toBe(offer);
  });

  it('takes the first offer when nothing is asked for', () => {
    expect(preferred(undefined, OFFERS)).toBe('text/html');
    expect(preferred('', OFFERS)).toBe('text/html');
  });

  it('finds nothing when every offer is refused', () => {
    expect(preferred('image/png', OFFERS)).toBeNull();
    expect(preferred('text/html;q=0', OFFERS)).toBeNull();
  });
});

it('a caller who does not ask for HTML is taken for a program', () => {
  expect(prefersHtml(undefined)).toBe(false);
  expect(prefersHtml('*/*')).toBe(false);
  expect(prefersHtml('text/html,*/*;q=0.8')).toBe(true);
});
