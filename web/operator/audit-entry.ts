/** One entry of the audit trail as `GET operator/audit` answers it. */
export type AuditEntry = {
  id: string;
  at: string;
  actor: string;
  action: string;
  subject: string;
  before: unknown;
  after: unknown;
};

/** What changed, in a line: each field with its old and new value, or the action itself where no field differs. */
export function describeChange({ action, before, after }: Pick<AuditEntry, 'action' | 'before' | 'after'>): string {
  const [old, now] = [fieldsOf(before), fieldsOf(after)];
  const changed = [...now.keys()].filter(
    (name) => name !== 'version' && old.has(name) && old.get(name) !== now.get(name),
  );
  if (changed.length === 0) return action;
  return changed.map((name) => `${name}: ${old.get(name) ?? ''} → ${now.get(name) ?? ''}`).join(', ');
}

/** Fields as texts, so that lists and objects compare by what they say. */
function fieldsOf(value: unknown): Map<string, string> {
  if (typeof value !== 'object' || value === null) return new Map();
  return new Map(
    Object.entries(value).map(([name, field]) => [name, typeof field === 'string' ? field : JSON.stringify(field)]),
  );
}
