import type { JSONValue } from '../../db/queries/audit.ts';

/** Names of fields that let somebody in who knows their value: they don't belong into a trail that every viewer reads. */
const SECRET_NAMES = new Set(['codes', 'code', 'secret', 'secrets', 'key', 'keys', 'token']);

/** A change as the audit trail keeps it: secrets are counted, not told, and it is told whether they changed. Pure. */
export function hideSecrets(before: unknown, after: unknown): { before: JSONValue; after: JSONValue } {
  return { before: hidden(before, before), after: hidden(after, before) };
}

function hidden(value: unknown, old: unknown): JSONValue {
  if (Array.isArray(value)) return value.map((item, i) => hidden(item, Array.isArray(old) ? old[i] : undefined));
  if (typeof value !== 'object' || value === null) return toJson(value);
  const oldFields = new Map<string, unknown>(Object.entries(typeof old === 'object' && old !== null ? old : {}));
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [
      name,
      SECRET_NAMES.has(name) ? told(field, oldFields.get(name)) : hidden(field, oldFields.get(name)),
    ]),
  );
}

function told(field: unknown, old: unknown): string | null {
  if (field === null || field === undefined) return null;
  const count = Array.isArray(field) ? field.length : 1;
  return `${count} hidden${JSON.stringify(field) === JSON.stringify(old) ? '' : ', changed'}`;
}

const toJson = (value: unknown): JSONValue =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
