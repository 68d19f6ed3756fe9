import { useEffect, useState } from 'preact/hooks';
import type { FieldError } from '../../contracts/errors.ts';
import type { RoomView } from '../../contracts/operator-rooms.ts';
import { callApi, type ApiProblem } from '../shared/api-client.ts';
import { Notice } from '../shared/notice.tsx';
import { LanesEditor } from './lanes-editor.tsx';
import { SettingField } from './setting-field.tsx';
import { changesOf, draftOf, editedNames, rebase, settingsOf, type Draft, type Setting } from './settings.ts';

export type SettingsFormProps = {
  view: RoomView;
  etag: string | null;
  path: string;
  token: string;
  onSaved: () => void;
};

/** A room's settings, in groups, with what was refused beside each field. */
export function SettingsForm(props: SettingsFormProps) {
  const { draft, errors, problem, isTouched, isSaved, isNewer, change, takeOver, save } = useSettings(props);
  const settings = settingsOf(props.view);
  const errorOf = (name: string) =>
    errors.find(({ path }) => path === name || path.startsWith(`${name}.`))?.message ?? null;
  const field = (setting: Setting) => (
    <SettingField
      key={setting.name}
      setting={setting}
      value={draft.texts[setting.name] ?? ''}
      error={errorOf(setting.name)}
      onInput={(value) => change({ ...draft, texts: { ...draft.texts, [setting.name]: value } })}
    />
  );
  return (
    <form class="card" noValidate aria-label="Settings" onSubmit={(event) => void save(event)}>
      <h2>Settings</h2>
      {[...new Set(settings.map(({ group }) => group))].map((group) => (
        <fieldset key={group} class="settings-group">
          <legend>{group}</legend>
          {settings.filter((setting) => setting.group === group).map(field)}
        </fieldset>
      ))}
      <LanesEditor lanes={draft.lanes} errors={errors} onChange={(lanes) => change({ ...draft, lanes })} />
      {problem !== null && <SaveProblem problem={problem} isNewer={isNewer} onTakeOver={takeOver} />}
      {isSaved && !isTouched && <Notice kind="good">Saved. It is in force with the next tick.</Notice>}
      <div class="button-row">
        <button type="submit" class="button button-primary" disabled={!isTouched}>
          Save
        </button>
        <button type="button" class="button" disabled={!isTouched} onClick={() => takeOver(false)}>
          Undo
        </button>
      </div>
    </form>
  );
}

/**
 * The form's state. It keeps the version it was filled from, and a save names it: what others save meanwhile never slips under the
 * operator's hands. Then the newer settings can be taken over with the edits kept.
 */
function useSettings({ view, etag, path, token, onSaved }: SettingsFormProps) {
  const [base, setBase] = useState(() => ({ version: view.version, etag, draft: draftOf(view) }));
  const [draft, setDraft] = useState(base.draft);
  const [errors, setErrors] = useState<FieldError[]>([]);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const [isSaved, setSaved] = useState(false);
  const isTouched = editedNames(draft, base.draft).length > 0;
  const isNewer = view.version > base.version;
  const fillFrom = (latest: RoomView, latestEtag: string | null, keepsEdits: boolean) => {
    const filled = draftOf(latest);
    setBase({ version: latest.version, etag: latestEtag, draft: filled });
    setDraft(keepsEdits ? rebase(draft, base.draft, filled) : filled);
    setErrors([]);
    setProblem(null);
  };
  const takeOver = (keepsEdits: boolean) => {
    if (isNewer) fillFrom(view, etag, keepsEdits);
    else {
      // What is followed may be a moment older than what was saved here.
      setDraft(base.draft);
      setErrors([]);
    }
  };
  useEffect(() => {
    if (isNewer && !isTouched) takeOver(false);
  });
  const save = async (event: Event) => {
    event.preventDefault();
    const wanted = changesOf(draft, base.draft);
    setErrors(wanted.errors);
    if (wanted.errors.length > 0) return;
    const headers = { 'if-match': base.etag ?? `"${base.version}"` };
    const answer = await callApi<RoomView>(path, { method: 'PATCH', body: wanted.changes, headers, token });
    if (answer.ok) fillFrom(answer.data, answer.etag, false);
    else {
      setProblem(answer.problem);
      setErrors(answer.problem.errors);
    }
    setSaved(answer.ok);
    onSaved();
  };
  const change = (next: Draft) => {
    setSaved(false);
    setDraft(next);
  };
  return { draft, errors, problem, isTouched, isSaved, isNewer, change, takeOver, save };
}

function SaveProblem({
  problem,
  isNewer,
  onTakeOver,
}: {
  problem: ApiProblem;
  isNewer: boolean;
  onTakeOver: (keepsEdits: boolean) => void;
}) {
  if (problem.code !== 'stale')
    return <Notice kind="error">{problem.errors.length > 0 ? 'Some fields are not valid.' : problem.detail}</Notice>;
  return (
    <Notice kind="warning">
      <p>Somebody else changed this room meanwhile. Nothing of yours was saved.</p>
      <div class="button-row">
        <button type="button" class="button" disabled={!isNewer} onClick={() => onTakeOver(true)}>
          Reload and keep my edits
        </button>
        <button type="button" class="button" disabled={!isNewer} onClick={() => onTakeOver(false)}>
          Reload and drop them
        </button>
      </div>
    </Notice>
  );
}
