import { useEffect } from 'preact/hooks';
import { Loading, LoadError } from '../shared/notice.tsx';
import { describeChange, type AuditEntry } from './audit-entry.ts';
import { OPERATOR_API, useFollowed } from './use-operator.ts';

const EVERY_MS = 10_000;
const SHOWN = 12;

export type AuditListProps = { room: string; token: string; version: number; onRefused: () => void };

/** Who changed what in this room, the newest first. */
export function AuditList({ room, token, version, onRefused }: AuditListProps) {
  const path = `${OPERATOR_API}/audit?room=${encodeURIComponent(room)}`;
  const { data, problem, refresh } = useFollowed<{ items: AuditEntry[] }>(path, token, EVERY_MS, onRefused);
  useEffect(() => refresh(), [version, refresh]);
  const entries = data?.items.slice(0, SHOWN);
  return (
    <section class="card" aria-labelledby="audit-title">
      <h2 id="audit-title">Changes</h2>
      {entries === undefined && problem === null && <Loading what="the changes" />}
      {entries === undefined && problem !== null && <LoadError problem={problem} onRetry={refresh} />}
      {entries?.length === 0 && <p class="quiet">Nobody has changed anything yet.</p>}
      <ol class="audit">
        {entries?.map((entry) => (
          <li key={entry.id}>
            <span>{describeChange(entry)}</span>
            <span class="quiet small">
              {entry.actor} · <time dateTime={entry.at}>{new Date(entry.at).toLocaleTimeString()}</time>
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
