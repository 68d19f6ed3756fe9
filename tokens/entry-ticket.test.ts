import { describe, expect, it } from 'vitest';
import { newId } from '../platform/id.ts';
import { signEntryTicket } from './entry-ticket.sign.ts';
import { verifyEntryTicket } from './entry-ticket.verify.ts';
import { generateOkpKeySet } from './generate-keys.ts';
import { ed25519SigningKey, publicKeySet, type OkpKeySet } from './key-set.ts';

const ticket = {
  ticketId: newId(),
  bookingId: newId(),
  performanceId: 'royal-gala-2031',
  seat: 'stalls-k-21',
  zone: 'stalls',
  version: 1,
};
const publicKeys = (set: OkpKeySet) => publicKeySet(set).keys.map(({ kid, x }) => ({ kid: kid ?? '', x: x ?? '' }));

describe('an entry ticket', () => {
  it('is verified with the published keys alone, and stays small enough for a QR code', async () => {
    const keys = await generateOkpKeySet();
    const code = await signEntryTicket(await ed25519SigningKey(keys), ticket);
    expect(await verifyEntryTicket(publicKeys(keys), code)).toEqual({ ok: true, ticket });
    expect(code.length).toBeLessThan(230);
  });

  it('carries places without a seat and any version up to 65535', async () => {
    const keys = await generateOkpKeySet();
    const standing = { ...ticket, seat: null, version: 65_535 };
    const code = await signEntryTicket(await ed25519SigningKey(keys), standing);
    expect(await verifyEntryTicket(publicKeys(keys), code)).toEqual({ ok: true, ticket: standing });
    await expect(signEntryTicket(await ed25519SigningKey(keys), { ...ticket, version: 0 })).rejects.toThrow(RangeError);
  });

  it('is forged when any of its characters was changed', async () => {
    const keys = await generateOkpKeySet();
    const code = await signEntryTicket(await ed25519SigningKey(keys), ticket);
    const payloadAt = code.indexOf('.', 4) + 1;
    for (let at = payloadAt; at < code.length - 1; at += 7) {
      const changed = code.slice(0, at) + (code[at] === 'A' ? 'B' : 'A') + code.slice(at + 1);
      expect(await verifyEntryTicket(publicKeys(keys), changed), `character ${at}`).toEqual({
        ok: false,
        reason: 'forged',
      });
    }
  });

  it('names a key it does not know, and calls texts of other kinds forged', async () => {
    const [keys, others] = [await generateOkpKeySet(), await generateOkpKeySet()];
    const code = await signEntryTicket(await ed25519SigningKey(keys), ticket);
    expect(await verifyEntryTicket(publicKeys(others), code)).toEqual({ ok: false, reason: 'unknown_key' });
    for (const text of ['', 'OT1', 'eyJhbGciOiJFZERTQSJ9.e30.AAAA', 'x'.repeat(10_000), `${code}.x`]) {
      expect(await verifyEntryTicket(publicKeys(keys), text)).toEqual({ ok: false, reason: 'forged' });
    }
  });
});
