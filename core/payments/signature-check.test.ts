import { Webhook } from 'standardwebhooks';
import { expect, it } from 'vitest';
import { createManualClock } from '../../platform/clock.ts';
import { createSignatureCheck } from './signature-check.ts';

const NOW_MS = 1_900_000_000_000;
const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const check = createSignatureCheck(SECRET, createManualClock(NOW_MS));
const BODY = '{"type":"payment.succeeded","name":"Zoë"}';

const headersOf = (headers: Record<string, string>) => ({ get: (name: string) => headers[name] ?? null });
function signed({ atMs = NOW_MS, secret = SECRET, body = BODY } = {}): Record<string, string> {
  const at = new Date(atMs);
  const time = String(Math.floor(atMs / 1000));
  return {
    'webhook-id': 'evt-1',
    'webhook-timestamp': time,
    'webhook-signature': new Webhook(secret).sign('evt-1', at, body),
  };
}

it('takes what the standard’s own library signs, by any of several signatures, within five minutes', () => {
  expect(check(headersOf(signed()), BODY)).toBe('evt-1');
  for (const atMs of [NOW_MS - 300_000, NOW_MS + 300_000])
    expect(check(headersOf(signed({ atMs })), BODY)).toBe('evt-1');
  const other = signed({ secret: `whsec_${Buffer.alloc(24, 1).toString('base64')}` });
  const both = `v2,x ${other['webhook-signature']} ${signed()['webhook-signature']}`;
  expect(check(headersOf({ ...other, 'webhook-signature': both }), BODY)).toBe('evt-1');
});

it('takes nothing that is forged, altered, incomplete or out of time', () => {
  const good = signed();
  const bad: Record<string, string>[] = [
    signed({ secret: `whsec_${Buffer.alloc(32, 8).toString('base64')}` }),
    signed({ body: `${BODY} ` }),
    signed({ atMs: NOW_MS - 301_000 }),
    signed({ atMs: NOW_MS + 301_000 }),
    { ...good, 'webhook-id': 'evt-2' },
    { ...good, 'webhook-id': '' },
    { ...good, 'webhook-timestamp': `${good['webhook-timestamp']}.5` },
    { ...good, 'webhook-signature': String(good['webhook-signature']).replace('v1,', 'v2,') },
    { ...good, 'webhook-signature': 'v1,' },
    { ...good, 'webhook-signature': '' },
  ];
  for (const headers of bad) expect(check(headersOf(headers), BODY), JSON.stringify(headers)).toBeNull();
  for (const name of Object.keys(good)) expect(check(headersOf({ ...good, [name]: '' }), BODY)).toBeNull();
  expect(check({ get: () => null }, BODY)).toBeNull();
});
