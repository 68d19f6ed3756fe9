import type { IdentityKey } from '../../contracts/identity-keys.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import type { RoomInfo } from '../../redis/room/room-info.ts';
import { identityKeySet, verifyIdentity } from '../../tokens/identity.verify.ts';
import type { EdgeContext } from '../http/context.ts';
import { hashIdentity } from './hash-identity.ts';

/**
 * The hash of the identity that a new join brings; undefined in a room that asks for none, whatever was sent. No store is asked: the
 * keys are part of the room as this isolate knows it. Throws `identity_required`, `identity_invalid`.
 */
export async function requireIdentity(
  c: EdgeContext,
  info: RoomInfo,
  identity: string | undefined,
): Promise<string | undefined> {
  if (!info.requireIdentity) return undefined;
  if (identity === undefined) throw new OperatingError('identity_required', { detail: COME_FROM_SHOP });
  const { clock, config } = c.get('ports');
  const { room } = info.board;
  const checked = await verifyIdentity(keySetOf(info.identityKeys), identity, { room, nowMs: clock.nowMs() });
  if (!checked.ok) throw new OperatingError('identity_invalid', { detail: COME_FROM_SHOP });
  return hashIdentity(config.coreSecret, room, checked.subject);
}

const COME_FROM_SHOP = 'Come in by the link of the shop, which says who you are.';

/** Imported once for as long as this isolate keeps what it read of the room. */
const keySets = new WeakMap<readonly IdentityKey[], ReturnType<typeof identityKeySet>>();

function keySetOf(keys: readonly IdentityKey[]): ReturnType<typeof identityKeySet> {
  const known = keySets.get(keys) ?? identityKeySet(keys);
  keySets.set(keys, known);
  return known;
}
