import type { ZoneView } from '../../contracts/catalogue.ts';
import { formatMoney } from '../shared/format.ts';

/** What of the prices of these places are fees, as the catalogue tells it now. */
export const feesIn = (items: readonly { zoneId: string; quantity: number }[], zones: readonly ZoneView[]): number =>
  items.reduce(
    (sum, { zoneId, quantity }) => sum + quantity * (zones.find(({ id }) => id === zoneId)?.feeMinor ?? 0),
    0,
  );

export type TotalLineProps = { amountMinor: number; feeMinor: number; currency: string };

/** What is to be paid in all, and the fees in it. */
export function TotalLine({ amountMinor, feeMinor, currency }: TotalLineProps) {
  return (
    <>
      <p class="total">
        <span>Total</span>
        <strong>{formatMoney(amountMinor, currency)}</strong>
      </p>
      {feeMinor > 0 && <p class="quiet small fees">Fees of {formatMoney(feeMinor, currency)} are in it.</p>}
    </>
  );
}
