import { expect, it } from 'vitest';
import { forwardable, returnable } from './forward-headers.ts';

it('only what core reads reaches it, and nothing that claims who or where the client is', () => {
  const sent = forwardable(
    new Headers({
      forwarded: 'for=1.2.3.4',
      'x-forwarded-for': '1.2.3.4',
      'x-forwarded-host': 'evil.example',
      'x-real-ip': '1.2.3.4',
      'cf-connecting-ip': '1.2.3.4',
      'onsale-secret': 'guess',
      'onsale-client-address': '1.2.3.4',
      'onsale-room': 'demo',
      cookie: 'onsale-pass-demo.test=x',
      connection: 'close, x-private, not a name',
      'x-private': '1',
      'keep-alive': '5',
      te: 'trailers',
      'x-unknown': 'a',
      accept: 'text/html',
      'idempotency-key': 'k',
      'content-type': 'application/json',
      authorization: 'Bearer t',
      'webhook-signature': 's',
    }),
  );
  expect([...sent.keys()].toSorted()).toEqual([
    'accept',
    'authorization',
    'content-type',
    'idempotency-key',
    'webhook-signature',
  ]);
});

it('core sets no cookies and no connection of the caller', () => {
  const headers = new Headers({ etag: '"1"', connection: 'close', 'set-cookie': 'a=b', 'content-type': 'text/csv' });
  expect([...returnable(headers).keys()].toSorted()).toEqual(['content-type', 'etag']);
});
