import { useCallback, useState } from 'preact/hooks';
import type { RoomStats, RoomView } from '../../contracts/operator-rooms.ts';
import { callApi, newIdempotencyKey, type ApiProblem } from '../shared/api-client.ts';
import { Loading, LoadError, Notice } from '../shared/notice.tsx';
import { AuditList } from './audit-list.tsx';
import { blocksHash, performanceHash } from './console-view.ts';
import { OrderForm } from './order-form.tsx';
import { CoreHealthList, RoomBanners } from './room-banners.tsx';
import { RoomNumbers } from './room-numbers.tsx';
import { RoomOrders, type Order } from './room-orders.tsx';
import { SettingsForm } from './settings-form.tsx';
import { OPERATOR_API, useFollowed } from './use-operator.ts';

const STATS_EVERY_MS = 1000;
const SETTINGS_EVERY_MS = 5000;

export type RoomPanelProps = { room: string; token: string; onRefused: () => void };

/** One room: what holds it up, its counts each second, its settings, orders, and who changed what. */
export function RoomPanel({ room, token, onRefused }: RoomPanelProps) {
  const path = `${OPERATOR_API}/rooms/${encodeURIComponent(room)}`;
  const stats = useFollowed<RoomStats>(`${path}/stats`, token, STATS_EVERY_MS, onRefused);
  const settings = useFollowed<RoomView>(path, token, SETTINGS_EVERY_MS, onRefused);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const { refresh } = settings;
  const order = useCallback(
    async (what: Order) => {
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
          <RoomOrders view={view} onOrder={(what) => void order(what)} />
        </div>
      </div>
      {problem !== null && <Notice kind="error">{problem.detail}</Notice>}
      <RoomBanners view={view} stats={stats.data} />
      {stats.problem !== null && <Notice kind="warning">The numbers are old: {stats.problem.detail}</Notice>}
      {stats.data === null ? <Loading what="the numbers" /> : <RoomNumbers stats={stats.data} />}
      {stats.data !== null && <CoreHealthList core={stats.data.core} />}
      <div class="two-columns">
        <SettingsForm view={view} etag={settings.etag} path={path} token={token} onSaved={refresh} />
        <div class="stack">
          <Performances ids={view.performances} />
          <OneFieldOrders view={view} path={path} token={token} onDone={refresh} />
          <AuditList room={room} token={token} onRefused={onRefused} version={view.version} />
        </div>
      </div>
    </div>
  );
}

function Performances({ ids }: { ids: readonly string[] }) {
  return (
    <section class="card" aria-labelledby="performances-title">
      <h2 id="performances-title">Performances</h2>
      {ids.length === 0 && <p class="quiet">It stands before none yet.</p>}
      <ul class="plain wrap-anywhere">
        {ids.map((id) => (
          <li key={id}>
            <a href={performanceHash(id)}>{id}</a>: <a href={blocksHash(id)}>blocks and allocations</a>
          </li>
        ))}
      </ul>
    </section>
  );
}

type OneFieldOrdersProps = { view: RoomView; path: string; token: string; onDone: () => void };

function OneFieldOrders({ view, path, token, onDone }: OneFieldOrdersProps) {
  return (
    <>
      <OrderForm
        title="Announcement"
        path={`${path}/announce`}
        token={token}
        name="message"
        label="Message to everyone who waits"
        hint="At most 280 characters; empty takes it down."
        initial={view.message ?? ''}
        submitLabel="Announce"
        doneText={(text) => (text === '' ? 'Taken down.' : 'Announced. It appears with the next tick.')}
        onDone={onDone}
      />
      <OrderForm
        title="Take a ticket out"
        path={`${path}/revoke`}
        token={token}
        name="ticketId"
        label="Ticket id"
        hint="Its place, its turn and its session end with the next tick."
        submitLabel="Revoke the ticket"
        doneText={(id) => `${id} is out with the next tick.`}
        empties
        onDone={onDone}
      />
    </>
  );
}
