import type { FieldError } from '../../../contracts/errors.ts';
import { errorOf } from '../../shared/field-errors.ts';
import { NEW_ZONE, type ZoneTexts } from './zone-rows.ts';

export type ZoneEditorProps = {
  zones: readonly ZoneTexts[];
  errors: readonly FieldError[];
  currency: string;
  /** Zones may be added and named: the performance is not there yet. */
  isNew: boolean;
  /** Zones whose places are seats: their number is the map's. */
  reserved?: ReadonlySet<string>;
  onChange: (zones: readonly ZoneTexts[]) => void;
};

/** The zones of a performance with their names, prices and places. */
export function ZoneEditor({ zones, errors, currency, isNew, reserved, onChange }: ZoneEditorProps) {
  const change = (index: number, part: Partial<ZoneTexts>) =>
    onChange(zones.map((zone, i) => (i === index ? { ...zone, ...part } : zone)));
  const own = errors.filter(({ path }) => path === 'zones');
  return (
    <fieldset class="settings-group">
      <legend>Zones</legend>
      <p class="quiet small">
        Prices are what a buyer pays for one place{currency === '' ? '' : `, in ${currency}`}, the fee is part of it.
        {isNew ? ' Empty fields come from the seat map.' : ' What is held or sold keeps its price.'}
      </p>
      {zones.map((zone, index) => {
        const field = (name: keyof ZoneTexts, label: string, path: string = name) => (
          <ZoneField
            id={`${isNew ? 'new-' : ''}zones.${index}.${name}`}
            label={label}
            value={zone[name]}
            error={errorOf(errors, `zones.${index}.${path}`)}
            onInput={(value) => change(index, { [name]: value })}
          />
        );
        return (
          // oxlint-disable-next-line react/no-array-index-key -- A zone being named has no other identity yet.
          <div key={index} class="zone-row" role="group" aria-label={`Zone ${zone.name || zone.id || index + 1}`}>
            {isNew && field('id', 'Short name')}
            {field('name', 'Name')}
            {field('price', 'Price', 'priceMinor')}
            {field('fee', 'Fee in it', 'feeMinor')}
            {reserved?.has(zone.id) !== true && field('capacity', 'Places')}
            {isNew && (
              <button
                type="button"
                class="button"
                aria-label={`Remove zone ${zone.name || zone.id}`}
                onClick={() => onChange(zones.filter((_, i) => i !== index))}
              >
                Remove
              </button>
            )}
          </div>
        );
      })}
      {own.map(({ message }) => (
        <p key={message} class="field-error">
          {message}
        </p>
      ))}
      {isNew && (
        <button type="button" class="button" onClick={() => onChange([...zones, NEW_ZONE])}>
          Add a zone
        </button>
      )}
    </fieldset>
  );
}

type ZoneFieldProps = {
  id: string;
  label: string;
  value: string;
  error: string | null;
  onInput: (value: string) => void;
};

function ZoneField({ id, label, value, error, onInput }: ZoneFieldProps) {
  return (
    <div class="field">
      <label class="field-label" for={id}>
        {label}
      </label>
      <input
        type="text"
        id={id}
        class="input"
        value={value}
        autocomplete="off"
        aria-invalid={error !== null}
        aria-describedby={`${id}-error`}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
      <p id={`${id}-error`} class="field-error">
        {error}
      </p>
    </div>
  );
}
