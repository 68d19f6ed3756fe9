import type { Transaction } from '../../db/connect.ts';
import { insertAudit, type JSONValue } from '../../db/queries/audit.ts';
import { newId } from '../../platform/id.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import { systemRandom } from '../../platform/random.ts';
import type { ExpectedVersions } from '../operator/change-room.ts';

/** Throws `stale`, with the present version, when `If-Match` names another one. */
export function requireVersion({ version }: { version: number }, expected: ExpectedVersions): void {
  if (expected !== null && !expected.includes(version)) throw new OperatingError('stale', { extra: { version } });
}

/** What a change has changed: the fields that differ, as they were and as they are. Null when none does. Pure. */
export function changedFields(
  before: Readonly<Record<string, JSONValue>>,
  after: Readonly<Record<string, JSONValue>>,
): { before: JSONValue; after: JSONValue } | null {
  const names = Object.keys(after).filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
  if (names.length === 0) return null;
  const pick = (from: Readonly<Record<string, JSONValue>>): JSONValue =>
    Object.fromEntries(names.map((name) => [name, from[name] ?? null]));
  return { before: pick(before), after: pick(after) };
}

/** Writes who made or changed something of the catalogue; `subject` is its kind and id. */
export async function auditCatalogue(
  tx: Transaction,
  entry: { actor: string; action: string; subject: string },
  change: { before: JSONValue; after: JSONValue },
): Promise<void> {
  await insertAudit(tx, { id: newId(), ...entry, ...change });
}

/** Letters of a made id that come from the text; the rest tells two of one name apart. */
const STEM_LENGTH = 48;

/** An id made from a name: its Latin letters and digits, and six random characters, for what was given none. */
export function makeSlug(text: string): string {
  const plain = text
    .normalize('NFD')
    .toLowerCase()
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^a-z0-9]+/g, '-');
  const stem = plain.slice(0, STEM_LENGTH).replaceAll(/^-+|-+$/g, '');
  const tail = Array.from(systemRandom.bytes(6), (byte) => (byte % 36).toString(36)).join('');
  return stem === '' ? tail : `${stem}-${tail}`;
}
