import type { NewVenueRequest, OperatorVenueView, VenuePatch } from '../../contracts/operator-catalogue.ts';
import type { Transaction } from '../../db/connect.ts';
import { addVenue } from '../../db/queries/add-catalogue.ts';
import { lockVenue, writeVenue } from '../../db/queries/edit-catalogue.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import type { Changer, ExpectedVersions } from '../operator/change-room.ts';
import { auditCatalogue, changedFields, makeSlug, requireVersion } from './edited-row.ts';

/** Adds a venue with its audit row. Refuses: `id_taken`. */
export async function createVenue(
  tx: Transaction,
  { id: wantedId, ...fields }: NewVenueRequest,
  { actor }: Changer,
): Promise<OperatorVenueView> {
  const id = wantedId ?? makeSlug(fields.name);
  if (!(await addVenue(tx, { id, ...fields }))) throw new OperatingError('id_taken');
  const entry = { actor, action: 'venue.create', subject: `venue:${id}` };
  await auditCatalogue(tx, entry, { before: null, after: fields });
  return { id, ...fields, version: 1 };
}

/** Changes a venue with its audit row; set to what it is already, it counts no version. Refuses: `not_found`, `stale`. */
export async function changeVenue(
  tx: Transaction,
  id: string,
  patch: VenuePatch,
  expected: ExpectedVersions,
  { actor }: Changer,
): Promise<OperatorVenueView> {
  const row = await lockVenue(tx, id);
  if (row === null) throw new OperatingError('not_found');
  requireVersion(row, expected);
  const { version, ...before } = row;
  const { name = before.name, city = before.city, country = before.country } = patch;
  const { timeZone = before.timeZone, aliases = before.aliases } = patch;
  const after = { id, name, city, country, timeZone, aliases };
  const change = changedFields(before, after);
  if (change === null) return row;
  await writeVenue(tx, after);
  await auditCatalogue(tx, { actor, action: 'venue.change', subject: `venue:${id}` }, change);
  return { ...after, version: version + 1 };
}
