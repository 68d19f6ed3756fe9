import type { ZoneView } from '../../contracts/catalogue.ts';
import { formatCount, formatMoney } from '../shared/format.ts';
import { QuantityStepper } from './quantity-stepper.tsx';
import { stateOf, STATE_NAMES, type LiveStates, type Seat, type SeatPlan } from './seat-states.ts';

export type SeatListProps = {
  plan: SeatPlan;
  live: LiveStates | null;
  zones: readonly ZoneView[];
  currency: string;
  colours: ReadonlyMap<string, string>;
  selected: readonly string[];
  taken: readonly string[];
  places: Readonly<Record<string, number>>;
  openZone: string | null;
  isFull: boolean;
  rowWord: string;
  onOpen: (zoneId: string | null) => void;
  onToggle: (seat: Seat) => void;
  onPlaces: (zone: ZoneView, quantity: number) => void;
};

/** Zones with prices and free counts; an open zone shows its rows and seats as buttons. */
export function SeatList(props: SeatListProps) {
  return (
    <ul class="zone-list">
      {props.zones.map((zone) => (
        <li key={zone.id} class="zone">
          {zone.kind === 'general' ? <GeneralZone {...props} zone={zone} /> : <ReservedZone {...props} zone={zone} />}
        </li>
      ))}
    </ul>
  );
}

type ZoneProps = SeatListProps & { zone: ZoneView };

const freeIn = ({ live, zone }: ZoneProps): number => live?.available.get(zone.id) ?? zone.available;

function ZoneFacts(props: ZoneProps) {
  const { zone, currency, colours } = props;
  const free = freeIn(props);
  return (
    <>
      <svg class="zone-swatch" viewBox="0 0 10 10" aria-hidden="true">
        <circle cx="5" cy="5" r="5" fill={colours.get(zone.id) ?? 'none'} />
      </svg>
      <span class="zone-name">{zone.name}</span>
      <span class="zone-price">
        {formatMoney(zone.priceMinor, currency)}
        {zone.feeMinor !== undefined && (
          <span class="quiet zone-fee">with {formatMoney(zone.feeMinor, currency)} fee</span>
        )}
      </span>
      <span class="zone-free">{free === 0 ? 'None free now' : `${formatCount(free)} free`}</span>
    </>
  );
}

function GeneralZone(props: ZoneProps) {
  const { zone, places, isFull, onPlaces } = props;
  const quantity = places[zone.id] ?? 0;
  return (
    <div class="zone-row">
      <ZoneFacts {...props} />
      <QuantityStepper
        label={`Places in ${zone.name}`}
        quantity={quantity}
        canAdd={!isFull && quantity < freeIn(props)}
        onChange={(next) => onPlaces(zone, next)}
      />
    </div>
  );
}

function ReservedZone(props: ZoneProps) {
  const { zone, openZone, onOpen, plan } = props;
  const isOpen = openZone === zone.id;
  return (
    <>
      <button
        type="button"
        class="zone-row zone-toggle"
        aria-expanded={isOpen}
        onClick={() => onOpen(isOpen ? null : zone.id)}
      >
        <ZoneFacts {...props} />
      </button>
      {isOpen && (
        <div class="zone-seats">
          {plan.rows.get(zone.id)?.map((row) => (
            <SeatRow key={row.name} {...props} row={row} />
          ))}
        </div>
      )}
    </>
  );
}

function SeatRow(props: ZoneProps & { row: { name: string; seats: Seat[] } }) {
  const { row, rowWord, live } = props;
  const free = row.seats.filter((seat) => stateOf(live, seat) === 0).length;
  return (
    <fieldset class="seat-row">
      <legend>
        {rowWord} {row.name} <span class="quiet">{free === 0 ? 'none free' : `${free} free`}</span>
      </legend>
      <div class="seat-buttons">
        {row.seats.map((seat) => (
          <SeatButton key={seat.id} {...props} seat={seat} />
        ))}
      </div>
    </fieldset>
  );
}

function SeatButton({ seat, live, selected, taken, isFull, rowWord, onToggle }: ZoneProps & { seat: Seat }) {
  const isSelected = selected.includes(seat.id);
  const state = stateOf(live, seat);
  const isLost = taken.includes(seat.id) && !isSelected;
  const about = isLost ? 'just taken by someone else' : STATE_NAMES[state];
  return (
    <button
      type="button"
      class={isLost ? 'seat-button seat-lost' : 'seat-button'}
      data-seat={seat.id}
      aria-pressed={isSelected}
      aria-label={`${rowWord} ${seat.row}, seat ${seat.name}${seat.accessible ? ', wheelchair space' : ''}, ${isSelected ? 'chosen' : about}`}
      disabled={!isSelected && (state !== 0 || isFull)}
      onClick={() => onToggle(seat)}
    >
      {seat.name}
      {seat.accessible && <span aria-hidden="true"> ♿</span>}
    </button>
  );
}
