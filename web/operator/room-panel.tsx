import { useCallback, useState } from 'preact/hooks';
import type { RoomStats, RoomView } from '../../contracts/operator-rooms.ts';
import { callApi, newIdempotencyKey, type ApiProblem } from '../shared/api-client.ts';
import { ConfirmButton } from '../shared/confirm-button.tsx';
import { Loading, LoadError, Notice } from '../shared/notice.tsx';
import { AuditList } from './audit-list.tsx';
import { LimitsForm } from './limits-form.tsx';
import { RoomNumbers } from './room-numbers.tsx';
import { OPERATOR_API, useFollowed } from './use-operator.ts';

const STATS_EVERY_MS = 1000;
const SETTINGS_EVERY_MS = 5000;

export type RoomPanelProps = { room: string; token: string; onRefused: () => void };

/** One room: its counts each second, its limits, pause and resume, and who changed what. */
export function RoomPanel({ room, token, onRefused }: RoomPanelProps) {
  const path = `${OPERATOR_API}/rooms/${encodeURIComponent(room)}`;
  const stats = useFollowed<RoomStats>(`${path}/stats`, token, STATS_EVERY_MS, onRefused);
  const settings = useFollowed<RoomView>(path, token, SETTINGS_EVERY_MS, onRefused);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const { refresh } = settings;
  const order = useCallback(
    async (what: 'pause' | 'resume') => {
      const answer = await callApi(`${path}/${what}`, { method: 'POST', token, idempotencyKey: newIdempotencyKey() });
      setProblem(answer.ok ? null : answer.problem);
      refresh();
    },
    [path, token, refresh],
  );

  if (settings.data === null) {
    if (settings.problem === null) return <Loading what="the room" />;
    if (settings.problem.status === 404) return <Notice kind="error">There is no room “{room}”.</Notice>;
    return <LoadError problem={settings.problem} onRetry={refresh} />;
  }
  const view = settings.data;
  return (
    <div class="stack">
      <div class="console-bar">
        <div>
          <h1>{view.name}</h1>
          <span class={`state state-${view.state}`}>{view.state}</span>
        </div>
        <div class="button-row">
          <a class="button" href={`/rooms/${encodeURIComponent(room)}`} target="_blank" rel="noreferrer">
            Waiting page
          </a>
          <PauseButton view={view} onOrder={(what) => void order(what)} />
        </div>
      </div>
      {problem !== null && <Notice kind="error">{problem.detail}</Notice>}
      {stats.problem !== null && <Notice kind="warning">The numbers are old: {stats.problem.detail}</Notice>}
      {stats.data === null ? <Loading what="the numbers" /> : <RoomNumbers stats={stats.data} />}
      <div class="two-columns">
        <LimitsForm view={view} etag={settings.etag} path={path} token={token} onSaved={refresh} />
        <AuditList room={room} token={token} onRefused={onRefused} version={view.version} />
      </div>
    </div>
  );
}

function PauseButton({ view, onOrder }: { view: RoomView; onOrder: (what: 'pause' | 'resume') => void }) {
  if (view.state === 'closed') return null;
  return view.state === 'paused' ? (
    <ConfirmButton
      label="Resume"
      question={`Let people into “${view.name}” again?`}
      confirmLabel="Resume"
      onConfirm={() => onOrder('resume')}
    />
  ) : (
    <ConfirmButton
      label="Pause"
      question={`Stop letting people into “${view.name}”? Who is inside stays inside, who waits keeps their place.`}
      confirmLabel="Pause admission"
      danger
      onConfirm={() => onOrder('pause')}
    />
  );
}
