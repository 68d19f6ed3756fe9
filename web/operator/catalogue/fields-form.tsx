import type { FieldError } from '../../../contracts/errors.ts';
import { errorOf } from '../../shared/field-errors.ts';
import { SettingField } from '../setting-field.tsx';
import type { Setting, Texts } from '../setting-values.ts';

export type FieldsProps = {
  /** Begins the ids of the fields: several forms of a page may have a name. */
  prefix: string;
  settings: readonly Setting[];
  texts: Texts;
  errors: readonly FieldError[];
  onChange: (texts: Texts) => void;
};

/** The fields of a form, in their groups, with what was refused beside each. */
export function Fields({ prefix, settings, texts, errors, onChange }: FieldsProps) {
  const groups = [...new Set(settings.map(({ group }) => group))];
  const fieldsOf = (group: string) =>
    settings
      .filter((setting) => setting.group === group)
      .map((setting) => (
        <SettingField
          key={setting.name}
          setting={{ ...setting, name: `${prefix}-${setting.name}` }}
          value={texts[setting.name] ?? ''}
          error={errorOf(errors, setting.name)}
          onInput={(value) => onChange({ ...texts, [setting.name]: value })}
        />
      ));
  return (
    <>
      {groups.map((group) =>
        group === '' ? (
          fieldsOf(group)
        ) : (
          <fieldset key={group} class="settings-group">
            <legend>{group}</legend>
            {fieldsOf(group)}
          </fieldset>
        ),
      )}
    </>
  );
}
