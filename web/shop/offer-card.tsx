import type { WaitlistView } from '../../contracts/waitlist.ts';
import { Countdown, type Deadline } from '../shared/countdown.tsx';
import { HeldItems } from './held-items.tsx';
import { feesIn, TotalLine } from './total-line.tsx';
import type { Places } from './use-places.ts';

export type OfferCardProps = {
  offer: NonNullable<WaitlistView['offer']>;
  deadline: Deadline;
  isAccepted: boolean;
  places: Places;
  isBusy: boolean;
  onAccept: () => void;
  onEnd: () => void;
};

/** What is offered, what it costs and for how long it is kept, with the way on to the booking. */
export function OfferCard({ offer, deadline, isAccepted, places, isBusy, onAccept, onEnd }: OfferCardProps) {
  const { items, total } = offer;
  const zones = places.performance?.zones ?? [];
  return (
    <section class="card" aria-labelledby="offer-title">
      <h2 id="offer-title">{isAccepted ? 'Held for you' : 'Offered to you'}</h2>
      <p>
        <Countdown deadline={deadline} label="Kept for you for" onEnd={onEnd} />
      </p>
      <HeldItems items={items} plan={places.plan} zones={zones} rowWord={places.rowWord} currency={total.currency} />
      <TotalLine {...total} feeMinor={feesIn(items, zones)} />
      <button type="button" class="button button-primary button-wide" disabled={isBusy} onClick={onAccept}>
        {isAccepted ? 'Go on to the booking' : 'Take these places'}
      </button>
    </section>
  );
}
