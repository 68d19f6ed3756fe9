import { useState } from 'preact/hooks';
import type { StopView } from '../../contracts/catalogue.ts';
import { formatTime } from '../shared/format.ts';

export type Legs = { from: string; to: string };
export type StopsPickerProps = {
  stops: readonly StopView[];
  timeZone: string;
  legs: Legs;
  disabled: boolean;
  onChange: (legs: Legs) => void;
};

/** Where one gets on and off; a destination lies after its origin. Seats and prices follow the choice. */
export function StopsPicker({ stops, timeZone, legs, disabled, onChange }: StopsPickerProps) {
  const [from, setFrom] = useState(legs.from);
  const [to, setTo] = useState(legs.to);
  const order = (code: string) => stops.findIndex((stop) => stop.code === code);
  const isInOrder = order(from) < order(to);
  const choose = (next: Legs) => {
    setFrom(next.from);
    setTo(next.to);
    if (order(next.from) < order(next.to)) onChange(next);
  };
  const timeOf = (iso: string | null) => (iso === null ? '' : ` · ${formatTime(iso, timeZone)}`);
  return (
    <fieldset class="stops" disabled={disabled}>
      <legend class="visually-hidden">Journey</legend>
      <label class="field">
        <span class="field-label">From</span>
        <select class="input" value={from} onChange={(event) => choose({ from: event.currentTarget.value, to })}>
          {stops.slice(0, -1).map((stop) => (
            <option key={stop.code} value={stop.code}>
              {stop.name}
              {timeOf(stop.departsAt)}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        <span class="field-label">To</span>
        <select
          class="input"
          value={to}
          aria-invalid={!isInOrder}
          aria-describedby="stops-error"
          onChange={(event) => choose({ from, to: event.currentTarget.value })}
        >
          {stops.slice(1).map((stop) => (
            <option key={stop.code} value={stop.code}>
              {stop.name}
              {timeOf(stop.arrivesAt)}
            </option>
          ))}
        </select>
      </label>
      <p id="stops-error" class="field-error" role="alert">
        {isInOrder ? '' : 'Choose a stop that comes after the first one.'}
      </p>
    </fieldset>
  );
}
