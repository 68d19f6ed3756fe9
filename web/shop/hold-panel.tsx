import { useCallback } from 'preact/hooks';
import type { ZoneView } from '../../contracts/catalogue.ts';
import type { HoldView } from '../../contracts/holds.ts';
import { ConfirmButton } from '../shared/confirm-button.tsx';
import { Countdown, type Deadline } from '../shared/countdown.tsx';
import { BuyerForm } from './buyer-form.tsx';
import { HeldItems } from './held-items.tsx';
import type { SeatPlan } from './seat-states.ts';
import { feesIn, TotalLine } from './total-line.tsx';
import type { HoldActions } from './use-hold.ts';

export type HoldPanelProps = {
  hold: HoldView;
  deadline: Deadline;
  isBusy: boolean;
  plan: SeatPlan;
  zones: readonly ZoneView[];
  rowWord: string;
  actions: HoldActions;
};

/** Seats that are kept for this visitor until the countdown ends, and the form that books them. */
export function HoldPanel({ hold, deadline, isBusy, plan, zones, rowWord, actions }: HoldPanelProps) {
  const { drop } = actions;
  const end = useCallback(
    () => drop({ code: 'hold_expired', status: 409, detail: '', errors: [], document: {} }),
    [drop],
  );
  const canExtend = Date.parse(hold.expiresAt) < Date.parse(hold.maxExpiresAt);
  return (
    <div class="hold">
      <section class="card" aria-labelledby="held-title">
        <h2 id="held-title">Held for you</h2>
        <p>
          <Countdown deadline={deadline} label="Kept for" onEnd={end} />
        </p>
        <HeldItems items={hold.items} plan={plan} zones={zones} rowWord={rowWord} currency={hold.total.currency} />
        <TotalLine {...hold.total} feeMinor={feesIn(hold.items, zones)} />
        <div class="button-row">
          <button type="button" class="button" disabled={isBusy || !canExtend} onClick={() => void actions.extend()}>
            More time
          </button>
          <ConfirmButton
            label="Release"
            question="Give these seats back? Someone else may take them at once."
            confirmLabel="Give back"
            danger
            disabled={isBusy}
            onConfirm={() => void actions.release()}
          />
        </div>
      </section>
      <section class="card" aria-labelledby="buyer-title">
        <h2 id="buyer-title">Who is buying?</h2>
        <BuyerForm hold={hold} onLost={drop} />
      </section>
    </div>
  );
}
