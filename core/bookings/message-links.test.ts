import { describe, expect, it } from 'vitest';
import { newId } from '../../platform/id.ts';
import { createMessageLinks } from './message-links.ts';
import { newBookingToken } from './secrets.ts';
import { generateOkpKeySet } from '../../tokens/generate-keys.ts';

const newBooking = () => ({ id: newId(), accessTokenHash: newBookingToken().hash });

describe('the link in a message', () => {
  it('is always the same, opens its booking and no other', async () => {
    const links = createMessageLinks('booking', await generateOkpKeySet());
    const [id, other] = [newBooking(), newBooking()];
    const token = links.tokenOf(id);
    expect(token).toMatch(/^bk_[A-Za-z0-9_-]{43}$/);
    expect(links.tokenOf(id)).toBe(token);
    expect(links.opens(id, token)).toBe(true);
    expect(links.opens(other, token)).toBe(false);
    // Another token of its own ends it.
    expect(links.opens({ ...id, accessTokenHash: newBookingToken().hash }, token)).toBe(false);
    for (const wrong of ['', 'bk_', `${token}x`, `${token.slice(0, -1)}${token.endsWith('A') ? 'E' : 'A'}`])
      expect(links.opens(id, wrong)).toBe(false);
  });

  it('outlives a rotation as long as the old key is kept, and ends with it', async () => {
    const [before, after] = [await generateOkpKeySet(), await generateOkpKeySet()];
    const id = newBooking();
    const token = createMessageLinks('booking', before).tokenOf(id);
    expect(createMessageLinks('booking', { keys: [...after.keys, ...before.keys] }).opens(id, token)).toBe(true);
    expect(createMessageLinks('booking', after).opens(id, token)).toBe(false);
  });

  it('to an entry ticket opens nothing else, whatever the ids', async () => {
    const keys = await generateOkpKeySet();
    const [bookings, tickets] = [createMessageLinks('booking', keys), createMessageLinks('entryTicket', keys)];
    const id = newBooking();
    expect(tickets.tokenOf(id)).toMatch(/^et_[A-Za-z0-9_-]{43}$/);
    expect(bookings.opens(id, tickets.tokenOf(id).replace('et_', 'bk_'))).toBe(false);
  });
});
