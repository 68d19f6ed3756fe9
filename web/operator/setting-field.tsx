import { TextField } from '../shared/text-field.tsx';
import type { Setting, SettingKind } from './setting-values.ts';

export type SettingFieldProps = {
  setting: Setting;
  value: string;
  error: string | null;
  onInput: (value: string) => void;
};

/** One setting with its label, hint and error, in the field that its kind asks for. */
export function SettingField({ setting, value, error, onInput }: SettingFieldProps) {
  const { name, label, kind, hint } = setting;
  const oneLine = ONE_LINE.get(kind);
  if (oneLine !== undefined) {
    return (
      <TextField
        name={name}
        label={label}
        kind={oneLine}
        value={value}
        error={error}
        onInput={onInput}
        {...(hint === undefined ? {} : { hint })}
        {...(setting.options === undefined ? {} : { suggestions: setting.options })}
      />
    );
  }
  const attributes = {
    id: `field-${name}`,
    class: 'input',
    name,
    value,
    'aria-invalid': error !== null,
    'aria-describedby': `${name}-hint ${name}-error`,
    onInput: (event: { currentTarget: { value: string } }) => onInput(event.currentTarget.value),
  };
  const options = kind === 'yes-no' ? YES_NO : (setting.options ?? []);
  return (
    <div class="field">
      <label class="field-label" for={`field-${name}`}>
        {label}
      </label>
      {kind === 'time' && <input type="datetime-local" step="1" {...attributes} />}
      {(kind === 'lines' || kind === 'names' || kind === 'json') && (
        <textarea rows={kind === 'json' ? 6 : 3} spellcheck={kind !== 'json'} {...attributes} />
      )}
      {(kind === 'choice' || kind === 'yes-no') && (
        <select {...attributes}>
          {options.map((option) => (
            <option key={option.value} value={option.value} selected={option.value === value}>
              {option.label}
            </option>
          ))}
        </select>
      )}
      <p id={`${name}-hint`} class="quiet small">
        {hint}
      </p>
      <p id={`${name}-error`} class="field-error">
        {error}
      </p>
    </div>
  );
}

const ONE_LINE: ReadonlyMap<SettingKind, 'text' | 'whole-number'> = new Map([
  ['text', 'text'],
  ['text-or-none', 'text'],
  ['whole-number', 'whole-number'],
  ['whole-number-or-none', 'whole-number'],
]);

const YES_NO = [
  { value: 'no', label: 'No' },
  { value: 'yes', label: 'Yes' },
];
