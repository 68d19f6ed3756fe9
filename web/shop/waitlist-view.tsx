import type { ApiProblem } from '../shared/api-client.ts';
import { ConfirmButton } from '../shared/confirm-button.tsx';
import { LoadError, Loading } from '../shared/notice.tsx';
import { followLink } from './follow-link.ts';
import { keepHold } from './kept-tokens.ts';
import { OfferCard } from './offer-card.tsx';
import { PushSwitch } from './push-switch.tsx';
import { Refusal } from './refusal.tsx';
import { usePlaces } from './use-places.ts';
import { useWaitlistEntry } from './use-waitlist-entry.ts';
import { type ViewAddress, writeAddress } from './view-address.ts';
import { WaitlistState, WaitlistWish } from './waitlist-state.tsx';

export type WaitlistViewProps = { entryId: string; onShow: (address: ViewAddress) => void };

/** One who waits: for what, the position, what is offered and until when, accept and leave. */
export function WaitlistView({ entryId, onShow }: WaitlistViewProps) {
  const own = useWaitlistEntry(entryId);
  const { entry, deadline, problem, isBusy, look } = own;
  const places = usePlaces(entry?.performanceId ?? null);
  if (entry === null)
    return problem === null ? <Loading what="your place" /> : <NoEntry problem={problem} onRetry={() => void look()} />;

  const performance: ViewAddress = { view: 'performance', performanceId: entry.performanceId, ...entry.legs };
  const accept = async (): Promise<void> => {
    const hold = await own.accept();
    if (hold === null) return;
    // The performance's page finds the hold and leads on to the booking.
    keepHold(hold);
    onShow(performance);
  };
  const isOffered = entry.state === 'offered' || entry.state === 'accepted';
  const leaving = { label: 'Leave the waitlist', confirmLabel: 'Leave', danger: true, disabled: isBusy };
  return (
    <div class="stack narrow">
      <h1>{isOffered ? 'An offer for you' : 'Waitlist'}</h1>
      <WaitlistWish entry={entry} places={places} />
      <WaitlistState entry={entry} />
      {problem !== null && <Refusal problem={problem} />}
      {entry.offer !== undefined && (
        <OfferCard
          {...{ offer: entry.offer, deadline, isAccepted: entry.state === 'accepted', places, isBusy }}
          onAccept={() => void accept()}
          onEnd={() => void look()}
        />
      )}
      {entry.state === 'waiting' && <PushSwitch of="waitlist" id={entryId} token={own.token} />}
      <div class="button-row">
        {(isOffered || entry.state === 'waiting') && (
          <ConfirmButton
            {...leaving}
            question={
              isOffered ? 'Leave? What is offered to you goes to the next.' : 'Leave? Your place in it is lost.'
            }
            onConfirm={() => void own.leave()}
          />
        )}
        <a
          class="button"
          href={writeAddress(performance)}
          onClick={(click) => followLink(click, () => onShow(performance))}
        >
          To the seats
        </a>
      </div>
    </div>
  );
}

/** Nothing to show: no such entry for this browser, or no answer just now. */
function NoEntry({ problem, onRetry }: { problem: ApiProblem; onRetry: () => void }) {
  return (
    <div class="stack narrow">
      <h1>Waitlist</h1>
      {problem.status === 404 ? (
        <p>Your place opens by the link in your mail, in the browser you joined with, or once you are signed in.</p>
      ) : (
        <LoadError problem={problem} onRetry={onRetry} />
      )}
    </div>
  );
}
