import { useState } from 'preact/hooks';
import type { BlockView } from '../../contracts/blocks.ts';
import type { PerformanceView, SeatMap } from '../../contracts/catalogue.ts';
import { callApi, type ApiProblem } from '../shared/api-client.ts';
import { formatDateTime } from '../shared/format.ts';
import { Loading, LoadError, Notice } from '../shared/notice.tsx';
import { useLoad } from '../shared/use-load.ts';
import { BlockCard } from './block-card.tsx';
import { performanceHash } from './console-view.ts';
import { NewBlockForm } from './new-block-form.tsx';
import { OPERATOR_API, useFollowed } from './use-operator.ts';

const EVERY_MS = 5000;

export type BlocksPanelProps = { performance: string; token: string; onRefused: () => void };

/** What is kept out of one performance's public sale: blocks and allocations, made and released here. */
export function BlocksPanel({ performance: id, token, onRefused }: BlocksPanelProps) {
  const base = `/api/core/v1/performances/${encodeURIComponent(id)}`;
  const path = `${OPERATOR_API}/performances/${encodeURIComponent(id)}/blocks`;
  const performance = useFollowed<PerformanceView>(base, token, EVERY_MS, onRefused);
  const map = useLoad<SeatMap>(`${base}/seat-map`);
  const blocks = useFollowed<{ items: BlockView[] }>(path, token, EVERY_MS, onRefused);
  const [told, setTold] = useState<string | null>(null);
  const [refused, setRefused] = useState<ApiProblem | null>(null);
  const release = async ({ blockId, name, version }: BlockView) => {
    const headers = { 'if-match': `"${version}"` };
    const answer = await callApi(`${path}/${encodeURIComponent(blockId)}`, { method: 'DELETE', token, headers });
    setRefused(answer.ok ? null : answer.problem);
    setTold(answer.ok ? `“${name}” is released: its places are on public sale again.` : null);
    refresh();
  };
  const refresh = () => {
    blocks.refresh();
    performance.refresh();
  };

  if (map.loaded.state === 'failed') return <Failed id={id} problem={map.loaded.problem} onRetry={map.reload} />;
  for (const { data, problem } of [performance, blocks])
    if (data === null && problem !== null) return <Failed id={id} problem={problem} onRetry={refresh} />;
  if (performance.data === null || map.loaded.state !== 'ready' || blocks.data === null)
    return <Loading what="the blocks" />;
  const view = performance.data;
  const { zones: mapped } = map.loaded.data;
  return (
    <>
      <WhichOne view={view} />
      {told !== null && <Notice kind="good">{told}</Notice>}
      {refused !== null && <Notice kind="error">{refused.code === 'stale' ? STALE : refused.detail}</Notice>}
      {blocks.problem !== null && <Notice kind="warning">The list is old: {blocks.problem.detail}</Notice>}
      {blocks.data.items.length === 0 && <p class="quiet">Nothing is kept out of the public sale.</p>}
      <ul class="room-list">
        {blocks.data.items.map((block) => (
          <BlockCard
            key={block.blockId}
            block={block}
            view={view}
            mapped={mapped}
            onRelease={() => void release(block)}
          />
        ))}
      </ul>
      <NewBlockForm
        path={path}
        token={token}
        view={view}
        mapped={mapped}
        onMade={(made) => {
          setRefused(null);
          setTold(`“${made.name}” is made: ${made.places === 1 ? 'one place' : `${made.places} places`}.`);
          refresh();
        }}
      />
    </>
  );
}

function WhichOne({ view: { id, room, startsAt, timeZone } }: { view: PerformanceView }) {
  return (
    <p class="quiet">
      <a href={performanceHash(id)}>{id}</a>, {formatDateTime(startsAt, timeZone)} ·{' '}
      <a href={`#${encodeURIComponent(room)}`}>its room</a>
    </p>
  );
}

const STALE = 'Somebody else has changed this block meanwhile. Look at it again before you release it.';

function Failed({ id, problem, onRetry }: { id: string; problem: ApiProblem; onRetry: () => void }) {
  if (problem.status === 404) return <Notice kind="error">There is no performance “{id}”.</Notice>;
  return <LoadError problem={problem} onRetry={onRetry} />;
}
