import type { EventPatch, NewEventRequest, OperatorEventView } from '../../contracts/operator-catalogue.ts';
import type { Transaction } from '../../db/connect.ts';
import { addEvent } from '../../db/queries/add-catalogue.ts';
import { keepVenue, lockEvent, readEvent, writeEvent } from '../../db/queries/edit-catalogue.ts';
import { lockPerformancesToCome, noteMovesOfEvent } from '../../db/queries/moves.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import { invalidRequest } from '../http/json-body.ts';
import type { Changer, ExpectedVersions } from '../operator/change-room.ts';
import { auditCatalogue, changedFields, makeSlug, requireVersion } from './edited-row.ts';

/** Adds an event without performances, with its audit row. Refuses: `id_taken`, `invalid_request` for a venue that is not there. */
export async function createEvent(
  tx: Transaction,
  { id: wantedId, ...fields }: NewEventRequest,
  { actor }: Changer,
): Promise<OperatorEventView> {
  const id = wantedId ?? makeSlug(fields.name);
  await requireVenue(tx, fields.venueId);
  if (!(await addEvent(tx, { id, ...fields }))) throw new OperatingError('id_taken');
  await auditCatalogue(tx, { actor, action: 'event.create', subject: `event:${id}` }, { before: null, after: fields });
  return { id, ...fields, version: 1 };
}

/**
 * Changes an event with its audit row; set to what it is already, it counts no version. Refuses: `event_not_found`, `stale` (also when
 * another moved it to another venue meanwhile), `invalid_request` for a venue that is not there.
 */
export async function changeEvent(
  tx: Transaction,
  id: string,
  patch: EventPatch,
  expected: ExpectedVersions,
  { actor }: Changer,
): Promise<OperatorEventView> {
  // The venue before the event, as a change of the venue locks them.
  const venueId = patch.venueId === undefined ? ((await readEvent(tx, id))?.venueId ?? null) : patch.venueId;
  await requireVenue(tx, venueId);
  if (patch.venueId !== undefined) await lockPerformancesToCome(tx, id);
  const row = await lockEvent(tx, id);
  if (row === null) throw new OperatingError('event_not_found');
  requireVersion(row, expected);
  const { version, ...before } = row;
  if (patch.venueId === undefined && before.venueId !== venueId)
    throw new OperatingError('stale', { extra: { version } });
  const { name = before.name, performers = before.performers, aliases = before.aliases } = patch;
  const after = { ...before, name, venueId, performers, aliases };
  const change = changedFields(before, after);
  if (change === null) return row;
  if (venueId !== before.venueId) await noteMovesOfEvent(tx, id);
  await writeEvent(tx, after);
  await auditCatalogue(tx, { actor, action: 'event.change', subject: `event:${id}` }, change);
  return { ...after, version: version + 1 };
}

async function requireVenue(tx: Transaction, venueId: string | null): Promise<void> {
  if (venueId !== null && !(await keepVenue(tx, venueId)))
    throw invalidRequest([{ path: 'venueId', message: 'there is no such venue' }]);
}
