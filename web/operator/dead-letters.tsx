import { useState } from 'preact/hooks';
import { callApi, newIdempotencyKey, type ApiProblem } from '../shared/api-client.ts';
import { Loading, LoadError, Notice } from '../shared/notice.tsx';
import { bookingHash } from './console-view.ts';
import type { DeadLetter } from '../../contracts/operator-bookings.ts';
import { describeWork } from './dead-letter.ts';
import { OPERATOR_API, useFollowed } from './use-operator.ts';

const EVERY_MS = 5000;
const PATH = `${OPERATOR_API}/dead-letters`;

/** Work that failed too often, the newest first; each can be tried again once its cause is mended. */
export function DeadLetters({ token, onRefused }: { token: string; onRefused: () => void }) {
  const { data, problem, refresh } = useFollowed<{ items: DeadLetter[]; next: string | null }>(
    PATH,
    token,
    EVERY_MS,
    onRefused,
  );
  const [replayed, setReplayed] = useState<string | null>(null);
  const [refused, setRefused] = useState<ApiProblem | null>(null);
  const replay = async ({ id, kind }: DeadLetter) => {
    const path = `${PATH}/${encodeURIComponent(id)}/replay`;
    const answer = await callApi(path, { method: 'POST', token, idempotencyKey: newIdempotencyKey() });
    setRefused(answer.ok ? null : answer.problem);
    setReplayed(answer.ok ? describeWork(kind) : null);
    refresh();
  };
  if (data === null)
    return problem === null ? (
      <Loading what="the laid-aside work" />
    ) : (
      <LoadError problem={problem} onRetry={refresh} />
    );
  return (
    <>
      {replayed !== null && <Notice kind="good">It is tried again: {replayed}.</Notice>}
      {refused !== null && <Notice kind="error">{refused.detail}</Notice>}
      {data.items.length === 0 && <p class="quiet">Nothing was laid aside.</p>}
      <ul class="room-list">
        {data.items.map((letter) => (
          <LetterCard key={letter.id} letter={letter} onReplay={() => void replay(letter)} />
        ))}
      </ul>
      {data.next !== null && <p class="quiet">There is more; it appears as these are done.</p>}
    </>
  );
}

function LetterCard({ letter, onReplay }: { letter: DeadLetter; onReplay: () => void }) {
  const { kind, bookingId, attempts, lastError, deadAt } = letter;
  return (
    <li class="card">
      <h2>{describeWork(kind)}</h2>
      <p class="wrap-anywhere">{lastError ?? 'No reason was noted.'}</p>
      <p class="quiet small">
        {attempts === 1 ? 'Tried once' : `Tried ${attempts} times`}, given up{' '}
        <time dateTime={deadAt}>{new Date(deadAt).toLocaleString()}</time>
      </p>
      <div class="button-row">
        {bookingId !== null && (
          <a class="button" href={bookingHash(bookingId)}>
            The booking
          </a>
        )}
        <button type="button" class="button button-primary" onClick={onReplay}>
          Try again
        </button>
      </div>
    </li>
  );
}
