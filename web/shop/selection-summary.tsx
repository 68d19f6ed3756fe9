import { formatMoney } from '../shared/format.ts';
import type { Seat } from './seat-states.ts';
import type { SelectionLine } from './selection.ts';

export type SummaryProps = {
  lines: readonly SelectionLine[];
  currency: string;
  count: number;
  limit: number;
  rowWord: string;
  isBusy: boolean;
  onHold: () => void;
  onRemove: (seat: Seat) => void;
};

/** What is chosen and what it costs, with the way on. It stays in sight on a phone. */
export function SelectionSummary({ lines, currency, count, limit, rowWord, isBusy, onHold, onRemove }: SummaryProps) {
  const total = lines.reduce((sum, line) => sum + line.amountMinor, 0);
  const fees = lines.reduce((sum, { zone, quantity }) => sum + quantity * (zone.feeMinor ?? 0), 0);
  const holdLabel = count === 0 ? 'Hold seats' : `Hold for ${formatMoney(total, currency)}`;
  return (
    <section class="card summary" aria-label="Your choice">
      <p class="summary-count" aria-live="polite">
        {count === 0 ? `Choose up to ${limit} places.` : `${count} of ${limit} places chosen`}
      </p>
      <ul class="summary-lines">
        {lines.map(({ zone, quantity, seats, amountMinor }) => (
          <li key={zone.id}>
            <span class="summary-line">
              <span>
                {zone.kind === 'general' ? `${quantity} × ` : ''}
                {zone.name}
              </span>
              <span>{formatMoney(amountMinor, currency)}</span>
            </span>
            <span class="chips">
              {seats.map((seat) => (
                <button key={seat.id} type="button" class="chip" onClick={() => onRemove(seat)}>
                  {rowWord} {seat.row}, {seat.name} <span aria-hidden="true">×</span>
                  <span class="visually-hidden">remove</span>
                </button>
              ))}
            </span>
          </li>
        ))}
      </ul>
      {fees > 0 && <p class="quiet small fees">Fees of {formatMoney(fees, currency)} are in it.</p>}
      <button type="button" class="button button-primary button-wide" disabled={count === 0 || isBusy} onClick={onHold}>
        {isBusy ? 'One moment…' : holdLabel}
      </button>
    </section>
  );
}
