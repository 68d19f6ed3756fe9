import type { RoomView } from '../../contracts/operator-rooms.ts';
import { errorOf } from '../shared/field-errors.ts';
import { LanesEditor } from './lanes-editor.tsx';
import { SaveRow } from './save-row.tsx';
import { SettingField } from './setting-field.tsx';
import type { Setting } from './setting-values.ts';
import { changesOf, draftOf, editedNames, rebase, settingsOf, type Draft } from './settings.ts';
import { useVersionedForm, type Drafting, type VersionedFormProps } from './use-versioned-form.ts';

const ROOM: Drafting<RoomView, Draft> = {
  draftOf,
  rebase,
  changesOf,
  isEdited: (draft, base) => editedNames(draft, base).length > 0,
};

/** A room's settings, in groups, with what was refused beside each field. */
export function SettingsForm(props: VersionedFormProps<RoomView>) {
  const form = useVersionedForm(props, ROOM);
  const { draft, errors, change } = form;
  const settings = settingsOf(props.view);
  const field = (setting: Setting) => (
    <SettingField
      key={setting.name}
      setting={setting}
      value={draft.texts[setting.name] ?? ''}
      error={errorOf(errors, setting.name)}
      onInput={(value) => change({ ...draft, texts: { ...draft.texts, [setting.name]: value } })}
    />
  );
  return (
    <form class="card" noValidate aria-label="Settings" onSubmit={(event) => void form.save(event)}>
      <h2>Settings</h2>
      {[...new Set(settings.map(({ group }) => group))].map((group) => (
        <fieldset key={group} class="settings-group">
          <legend>{group}</legend>
          {settings.filter((setting) => setting.group === group).map(field)}
        </fieldset>
      ))}
      <LanesEditor lanes={draft.lanes} errors={errors} onChange={(lanes) => change({ ...draft, lanes })} />
      <SaveRow form={form} what="this room" savedText="Saved. It is in force with the next tick." />
    </form>
  );
}
