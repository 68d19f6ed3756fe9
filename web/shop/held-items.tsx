import type { ZoneView } from '../../contracts/catalogue.ts';
import { formatMoney } from '../shared/format.ts';
import type { SeatPlan } from './seat-states.ts';

export type HeldItemsProps = {
  items: readonly { zoneId: string; seatId?: string; quantity: number; priceMinor: number }[];
  plan: SeatPlan | null;
  zones: readonly ZoneView[];
  rowWord: string;
  currency: string;
};

/** The places of a hold or a booking, one line each. */
export function HeldItems({ items, plan, zones, rowWord, currency }: HeldItemsProps) {
  return (
    <ul class="item-list">
      {items.map((item) => {
        const zone = zones.find(({ id }) => id === item.zoneId);
        const seat = item.seatId === undefined ? undefined : plan?.byId.get(item.seatId);
        const place =
          seat === undefined ? (item.seatId ?? `${item.quantity} ×`) : `${rowWord} ${seat.row}, seat ${seat.name}`;
        return (
          <li key={item.seatId ?? item.zoneId} class="summary-line">
            <span>
              {place} <span class="quiet">{zone?.name ?? item.zoneId}</span>
            </span>
            <span>{formatMoney(item.priceMinor * item.quantity, currency)}</span>
          </li>
        );
      })}
    </ul>
  );
}
