export type TextFieldProps = {
  name: string;
  label: string;
  value: string;
  error: string | null;
  onInput: (value: string) => void;
  kind?: 'text' | 'email' | 'whole-number' | 'secret';
  autocomplete?: 'off' | 'name' | 'email' | 'one-time-code';
  hint?: string;
  /** What is offered while typing; anything else may be typed as well. */
  suggestions?: readonly { value: string; label: string }[];
};

/** A labelled input with its hint and its error next to it, tied together for screen readers. */
export function TextField({
  name,
  label,
  value,
  error,
  onInput,
  kind = 'text',
  autocomplete = 'off',
  hint,
  suggestions,
}: TextFieldProps) {
  const describedBy = [hint === undefined ? '' : `${name}-hint`, error === null ? '' : `${name}-error`]
    .join(' ')
    .trim();
  const attributes = {
    id: `field-${name}`,
    class: 'input',
    name,
    value,
    autocomplete,
    'aria-invalid': error !== null,
    ...(describedBy === '' ? {} : { 'aria-describedby': describedBy }),
    ...(suggestions === undefined ? {} : { list: `${name}-list` }),
    onInput: (event: { currentTarget: HTMLInputElement }) => onInput(event.currentTarget.value),
  };
  return (
    <div class="field">
      <label class="field-label" for={`field-${name}`}>
        {label}
      </label>
      {kind === 'email' && <input type="email" {...attributes} />}
      {kind === 'secret' && <input type="password" {...attributes} />}
      {kind === 'text' && <input type="text" {...attributes} />}
      {kind === 'whole-number' && <input type="text" inputMode="numeric" {...attributes} />}
      {suggestions !== undefined && (
        <datalist id={`${name}-list`}>
          {suggestions.map((one) => (
            <option key={one.value} value={one.value}>
              {one.label}
            </option>
          ))}
        </datalist>
      )}
      {hint !== undefined && (
        <p id={`${name}-hint`} class="quiet small">
          {hint}
        </p>
      )}
      {error !== null && (
        <p id={`${name}-error`} class="field-error" role="alert">
          {error}
        </p>
      )}
    </div>
  );
}
