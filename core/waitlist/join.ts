import { MAX_WAITLIST_ENTRIES } from '../../contracts/limits.ts';
import type { WaitlistJoined, WaitlistRequest } from '../../contracts/waitlist.ts';
import type { Transaction } from '../../db/connect.ts';
import { insertEntry, readEntry, type NewEntry } from '../../db/queries/waitlist-entries.ts';
import { lockZoneLegs } from '../../db/queries/zone-legs.ts';
import { newId } from '../../platform/id.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import { normaliseEmail } from '../bookings/normalise-email.ts';
import { type LegRange, type Performance, resolveLegs, zoneOf } from '../catalogue/performance.ts';
import { requireOnSale } from '../catalogue/require-on-sale.ts';
import { longestGroup } from '../../redis/inventory/seat-rows.ts';
import type { CoreDeps } from '../deps.ts';
import { invalidRequest } from '../http/json-body.ts';
import type { Language } from '../notifications/language.ts';
import { newEntryToken } from './entry-token.ts';
import { toEntryView } from './entry-view.ts';
import { wantsZone } from './share-out.ts';

/** A wish by the catalogue: whom it is from, and the zones and legs that it is for. */
export type ResolvedEntry = { legs: LegRange; zoneIds: string[]; email: string; name: string | null };
/** With the language that its offers are told in. */
export type SpokenEntry = ResolvedEntry & { language: Language };

/** Judges a wish by the catalogue alone. Refuses: `forbidden` (not on sale), `invalid_request` with each field at fault. */
export function resolveEntry(performance: Performance, wish: WaitlistRequest, nowMs: number): ResolvedEntry {
  requireOnSale(performance, nowMs);
  const legs = resolveLegs(performance, wish.legs ?? {}, 'legs.');
  const errors = legs.ok ? [] : [...legs.errors];
  const want = { zoneId: wish.zoneId ?? null, class: wish.class ?? null };
  const zones = performance.zones.filter((zone) => wantsZone(want, zone));
  if (wish.zoneId !== undefined && zoneOf(performance, wish.zoneId) === undefined)
    errors.push({ path: 'zoneId', message: 'no such zone in this performance' });
  if (wish.class !== undefined && zones.length === 0)
    errors.push({ path: 'class', message: 'no zone of this performance is of this class' });
  if (wish.accessible === true && areGeneral(zones))
    errors.push({ path: 'accessible', message: 'this zone has no numbered seats to choose from' });
  const most = Math.max(0, ...zones.map((zone) => mostTogether(performance, zone, wish.accessible ?? false)));
  if (zones.length > 0 && most < wish.partySize)
    errors.push({ path: 'partySize', message: `is more than can be had together, which is ${most}` });
  const email = wish.email ?? wish.buyer?.email;
  if (!legs.ok || errors.length > 0 || email === undefined) throw invalidRequest(errors);
  return { legs: legs.legs, zoneIds: zones.map((zone) => zone.id), email, name: wish.buyer?.name ?? null };
}

/** A general zone has no spaces for wheelchairs of its own: a wish for one would be taken for any place. */
const areGeneral = (zones: Performance['zones']): boolean =>
  zones.length > 0 && zones.every(({ kind }) => kind === 'general');

/** How large a party the zone could ever have together; a general zone has no spaces for wheelchairs of its own. */
const mostTogether = ({ seats }: Performance, zone: Performance['zones'][number], accessible: boolean): number =>
  zone.kind === 'reserved' ? longestGroup(seats.rows, zone.id, accessible) : zone.capacity;

/**
 * Puts somebody at the end of the line, inside the caller's transaction. The zones are locked first, as by whoever frees something of
 * them: what is freed after this commit is offered to this entry. Refuses: `limit_reached` {limit} for the e-mail.
 */
export async function joinWaitlist(
  tx: Transaction,
  { config }: Pick<CoreDeps, 'config'>,
  performance: Performance,
  wish: WaitlistRequest,
  { legs, zoneIds, email, name, language }: SpokenEntry,
): Promise<WaitlistJoined> {
  const { token, ...secret } = newEntryToken(config.coreSecret);
  const entry: NewEntry = {
    id: newId(),
    performanceId: performance.id,
    zoneId: wish.zoneId ?? null,
    class: wish.class ?? null,
    partySize: wish.partySize,
    accessible: wish.accessible ?? false,
    fromLeg: legs[0],
    toLeg: legs[1],
    name,
    email,
    emailNormalised: normaliseEmail(email),
    language,
    ...secret,
  };
  const rows = zoneIds.flatMap((zoneId) =>
    Array.from({ length: legs[1] - legs[0] }, (_, i) => ({ zoneId, leg: legs[0] + i })),
  );
  await lockZoneLegs(tx, {
    performanceId: rows.map(() => performance.id),
    zoneId: rows.map((row) => row.zoneId),
    leg: rows.map((row) => row.leg),
  });
  if ((await insertEntry(tx, entry, MAX_WAITLIST_ENTRIES)) === null)
    throw new OperatingError('limit_reached', { extra: { limit: MAX_WAITLIST_ENTRIES } });
  const written = await readEntry(tx, entry.id);
  if (written === null) throw new Error('the entry that was written is not there');
  return { ...(await toEntryView(tx, performance, written)), token };
}
