import { useState } from 'preact/hooks';
import type { AccountWaitlistEntry } from '../../contracts/accounts.ts';
import type { WaitlistState } from '../../contracts/waitlist.ts';
import { callApi, type ApiProblem } from '../shared/api-client.ts';
import { ConfirmButton } from '../shared/confirm-button.tsx';
import { formatCount, formatDateTime } from '../shared/format.ts';
import { LoadError } from '../shared/notice.tsx';
import { useFocusOnNew, usePages } from '../shared/use-pages.ts';
import { followLink } from './follow-link.ts';
import { forgetPush, keepWaiting } from './kept-tokens.ts';
import { Refusal } from './refusal.tsx';
import { writeAddress, type ViewAddress } from './view-address.ts';

const STATE: Record<WaitlistState, string> = {
  waiting: 'Waiting',
  offered: 'Offered to you',
  accepted: 'Held for you',
  booked: 'Booked',
  lapsed: 'Offer over',
  left: 'Left',
};

/** The places in waitlists of who is signed in, the newest first; nothing where there never was one. */
export function OwnWaitlist({ onShow }: { onShow: (address: ViewAddress) => void }) {
  const { items, newFrom, hasMore, problem, load } = usePages<AccountWaitlistEntry>(
    '/api/core/v1/accounts/me/waitlist',
  );
  const list = useFocusOnNew(newFrom);
  if (items.length === 0) return problem === null ? null : <LoadError problem={problem} onRetry={load} />;
  return (
    <section class="stack" aria-labelledby="waitlist-title">
      <h2 id="waitlist-title">Waitlists</h2>
      <ul class="own-bookings" ref={list}>
        {items.map((entry) => (
          <Line key={entry.id} first={entry} onShow={onShow} />
        ))}
      </ul>
      {problem !== null && <LoadError problem={problem} onRetry={load} />}
      {problem === null && hasMore && (
        <div class="button-row">
          <button type="button" class="button" onClick={load}>
            More
          </button>
        </div>
      )}
    </section>
  );
}

function Line({ first, onShow }: { first: AccountWaitlistEntry; onShow: (address: ViewAddress) => void }) {
  const [hasLeft, setLeft] = useState(false);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const { id, eventName, startsAt, timeZone, partySize, position } = first;
  const state = hasLeft ? 'left' : first.state;
  const address: ViewAddress = { view: 'waitlist', entryId: id };
  const leave = async () => {
    const answer = await callApi(`/api/core/v1/waitlist/${encodeURIComponent(id)}`, { method: 'DELETE' });
    setProblem(answer.ok ? null : answer.problem);
    if (!answer.ok) return;
    keepWaiting(id, null);
    forgetPush(id);
    setLeft(true);
  };
  const isOffered = state === 'offered' || state === 'accepted';
  return (
    <li class="card own-booking">
      <div>
        <h3>
          <a href={writeAddress(address)} onClick={(event) => followLink(event, () => onShow(address))}>
            {eventName}
          </a>
        </h3>
        <p>
          <time dateTime={startsAt}>{formatDateTime(startsAt, timeZone)}</time>
        </p>
        <p class="quiet">
          {first.zoneName ?? first.class} · {partySize === 1 ? '1 place' : `${formatCount(partySize)} places together`}
          {state === 'waiting' && position !== null && ` · position ${formatCount(position)}`}
          {isOffered && first.offer !== undefined && ` · until ${formatDateTime(first.offer.offerUntil, timeZone)}`}
        </p>
        {problem !== null && <Refusal problem={problem} />}
        {(state === 'waiting' || isOffered) && (
          <ConfirmButton
            label="Leave the waitlist"
            confirmLabel="Leave"
            question={
              isOffered ? 'Leave? What is offered to you goes to the next.' : 'Leave? Your place in it is lost.'
            }
            danger
            disabled={false}
            onConfirm={() => void leave()}
          />
        )}
      </div>
      <p class={`own-booking-status${isOffered ? ' own-booking-confirmed' : ''}`} role="status">
        {STATE[state]}
      </p>
    </li>
  );
}
