import type { FieldError } from '../../contracts/errors.ts';
import type { LaneTexts } from './settings.ts';

export type LanesEditorProps = {
  lanes: readonly LaneTexts[];
  errors: readonly FieldError[];
  onChange: (lanes: readonly LaneTexts[]) => void;
};

const NEW_LANE: LaneTexts = { name: '', weight: '1', codes: '' };

/** The lanes of a room: a name, a share by weight, and the codes that open it. */
export function LanesEditor({ lanes, errors, onChange }: LanesEditorProps) {
  const own = errors.filter(({ path }) => path === 'lanes');
  const change = (index: number, part: Partial<LaneTexts>) =>
    onChange(lanes.map((lane, i) => (i === index ? { ...lane, ...part } : lane)));
  return (
    <fieldset class="settings-group">
      <legend>Lanes</legend>
      <p class="quiet small">Lanes take turns by weight. A lane with codes takes only those who know one.</p>
      {lanes.map((lane, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- A lane being named has no other identity yet.
        <div key={index} class="lane" role="group" aria-label={`Lane ${lane.name === '' ? index + 1 : lane.name}`}>
          <LaneField
            id={`lanes.${index}.name`}
            label="Name"
            value={lane.name}
            errors={errors}
            onInput={(name) => change(index, { name })}
          />
          <LaneField
            id={`lanes.${index}.weight`}
            label="Weight"
            value={lane.weight}
            errors={errors}
            onInput={(weight) => change(index, { weight })}
          />
          <LaneField
            id={`lanes.${index}.codes`}
            label="Codes, one a line"
            value={lane.codes}
            errors={errors}
            isLong
            onInput={(codes) => change(index, { codes })}
          />
          <button
            type="button"
            class="button"
            disabled={lanes.length === 1}
            aria-label={`Remove lane ${lane.name}`}
            onClick={() => onChange(lanes.filter((_, i) => i !== index))}
          >
            Remove
          </button>
        </div>
      ))}
      {own.map((error) => (
        <p key={error.message} class="field-error">
          {error.message}
        </p>
      ))}
      <button type="button" class="button" onClick={() => onChange([...lanes, NEW_LANE])}>
        Add a lane
      </button>
    </fieldset>
  );
}

function LaneField({
  id,
  label,
  value,
  errors,
  isLong = false,
  onInput,
}: {
  id: string;
  label: string;
  value: string;
  errors: readonly FieldError[];
  isLong?: boolean;
  onInput: (value: string) => void;
}) {
  // A refused code has a path of its own below the lane's codes.
  const error = errors.find(({ path }) => path === id || path.startsWith(`${id}.`))?.message ?? null;
  const attributes = {
    id: `field-${id}`,
    class: 'input',
    value,
    autocomplete: 'off',
    'aria-invalid': error !== null,
    'aria-describedby': `error-${id}`,
    onInput: (event: { currentTarget: { value: string } }) => onInput(event.currentTarget.value),
  };
  return (
    <div class="field">
      <label class="field-label" for={`field-${id}`}>
        {label}
      </label>
      {isLong ? <textarea rows={1} {...attributes} /> : <input type="text" {...attributes} />}
      <p id={`error-${id}`} class="field-error">
        {error}
      </p>
    </div>
  );
}
