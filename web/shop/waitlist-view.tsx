import { useCallback, useEffect, useState } from 'preact/hooks';
import type { HoldView } from '../../contracts/holds.ts';
import type { WaitlistView as Entry } from '../../contracts/waitlist.ts';
import { type ApiProblem, callApi, newIdempotencyKey } from '../shared/api-client.ts';
import { ConfirmButton } from '../shared/confirm-button.tsx';
import { Countdown, deadlineOf } from '../shared/countdown.tsx';
import { formatCount, formatMoney } from '../shared/format.ts';
import { Loading, Notice } from '../shared/notice.tsx';
import { keepHold, keptToken } from './kept-tokens.ts';
import { Refusal } from './refusal.tsx';
import type { ViewAddress } from './view-address.ts';

/** How often the page looks, ms: an offer is told by mail as well. */
const LOOK_MS = 10_000;

export type WaitlistViewProps = { entryId: string; onShow: (address: ViewAddress) => void };

/** One who waits: the position, what is offered and until when, accept and leave. */
export function WaitlistView({ entryId, onShow }: WaitlistViewProps) {
  const token = keptToken('waitlist', entryId) ?? '';
  const path = `/api/core/v1/waitlist/${encodeURIComponent(entryId)}`;
  const [entry, setEntry] = useState<Entry | null>(null);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const [isBusy, setBusy] = useState(false);
  const look = useCallback(async () => {
    const answer = await callApi<Entry>(path, { token });
    if (answer.ok) setEntry(answer.data);
    setProblem(answer.ok ? null : answer.problem);
  }, [path, token]);
  useEffect(() => {
    void look();
    const timer = setInterval(() => void look(), LOOK_MS);
    return () => clearInterval(timer);
  }, [look]);

  const accept = async (): Promise<void> => {
    setBusy(true);
    const call = { method: 'POST', token, idempotencyKey: newIdempotencyKey(), body: {} } as const;
    const answer = await callApi<HoldView>(`${path}/accept`, call);
    setBusy(false);
    if (!answer.ok) return setProblem(answer.problem);
    // The performance's page finds the hold and leads on to the booking.
    keepHold(answer.data);
    const { performanceId, legs } = answer.data;
    onShow({ view: 'performance', performanceId, ...legs });
  };
  const leave = async (): Promise<void> => {
    setBusy(true);
    const answer = await callApi(path, { method: 'DELETE', token });
    setBusy(false);
    if (!answer.ok) return setProblem(answer.problem);
    await look();
  };

  if (entry === null && problem === null) return <Loading what="your place" />;
  if (entry === null)
    return (
      <div class="stack narrow">
        <h1>Waitlist</h1>
        <p>Open your place by the link in your mail, or in the browser you joined with.</p>
      </div>
    );
  const isOpen = entry.state === 'waiting' || entry.state === 'offered' || entry.state === 'accepted';
  return (
    <div class="stack narrow">
      <h1>Waitlist</h1>
      {problem !== null && <Refusal problem={problem} />}
      <div aria-live="polite">
        <EntryState entry={entry} />
      </div>
      {entry.offer !== undefined && (
        <>
          <p>
            <Countdown
              key={entry.offer.offerUntil}
              deadline={deadlineOf(entry.now, entry.offer.offerUntil)}
              label="Kept for you for"
              onEnd={() => void look()}
            />
          </p>
          <button type="button" class="button button-primary" disabled={isBusy} onClick={() => void accept()}>
            {entry.state === 'accepted' ? 'Go on to the booking' : 'Take these places'}
          </button>
        </>
      )}
      {isOpen && (
        <ConfirmButton
          label="Leave the waitlist"
          question="Leave the waitlist? What is offered to you goes to the next."
          confirmLabel="Leave"
          danger
          disabled={isBusy}
          onConfirm={() => void leave()}
        />
      )}
    </div>
  );
}

function EntryState({ entry }: { entry: Entry }) {
  const people = entry.partySize === 1 ? 'one place' : `${formatCount(entry.partySize)} places together`;
  switch (entry.state) {
    case 'waiting':
      return (
        <Notice kind="info">
          <p>
            You wait for {people}. Your position: <strong>{formatCount(entry.position ?? 1)}</strong>. None is free now;
            some may come back, and you will get a mail.
          </p>
        </Notice>
      );
    case 'offered':
    case 'accepted':
      return (
        <Notice kind="info">
          <p>
            {entry.offer?.items.map((item) => item.seatId ?? item.zoneId).join(', ')}:{' '}
            <strong>
              {entry.offer === undefined ? '' : formatMoney(entry.offer.total.amountMinor, entry.offer.total.currency)}
            </strong>
          </p>
        </Notice>
      );
    case 'booked':
      return <Notice kind="info">You have booked. The waitlist is behind you.</Notice>;
    case 'lapsed':
      return <Notice kind="warning">The time for your offer is over, and it went to the next in the line.</Notice>;
    case 'left':
      return <Notice kind="info">You have left the waitlist.</Notice>;
  }
}
