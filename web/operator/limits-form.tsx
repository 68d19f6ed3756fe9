import { useEffect, useState } from 'preact/hooks';
import type { FieldError } from '../../contracts/errors.ts';
import type { RoomView } from '../../contracts/operator-rooms.ts';
import { callApi, type ApiProblem } from '../shared/api-client.ts';
import { Notice } from '../shared/notice.tsx';
import { TextField } from '../shared/text-field.tsx';
import { changesOf, limitsOf, type Limits } from './limits.ts';

export type LimitsFormProps = { view: RoomView; etag: string | null; path: string; token: string; onSaved: () => void };

/** How fast people are let in and how many at the same time. A save names the version it was made from. */
export function LimitsForm({ view, etag, path, token, onSaved }: LimitsFormProps) {
  // The form keeps the version it was filled from: what others save meanwhile must not slip under the operator's hands.
  const [base, setBase] = useState({ version: view.version, etag });
  const [limits, setLimits] = useState(() => limitsOf(view));
  const [errors, setErrors] = useState<FieldError[]>([]);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const [isSaved, setSaved] = useState(false);
  const isTouched = changesOf(limits, view).changes !== null;
  const errorOf = (name: keyof Limits) => errors.find((error) => error.path === name)?.message ?? null;
  const fill = () => {
    setBase({ version: view.version, etag });
    setLimits(limitsOf(view));
    setErrors([]);
    setProblem(null);
  };
  useEffect(() => {
    if (view.version !== base.version && (!isTouched || isSaved)) fill();
  });
  const change = (name: keyof Limits) => (value: string) => {
    setSaved(false);
    setLimits({ ...limits, [name]: value });
  };
  const save = async (event: Event) => {
    event.preventDefault();
    const wanted = changesOf(limits, view);
    setErrors(wanted.errors);
    if (wanted.errors.length > 0 || wanted.changes === null) return;
    const headers = { 'if-match': base.etag ?? `"${base.version}"` };
    const answer = await callApi<RoomView>(path, { method: 'PATCH', body: wanted.changes, headers, token });
    setProblem(answer.ok ? null : answer.problem);
    setErrors(answer.ok ? [] : answer.problem.errors);
    setSaved(answer.ok);
    onSaved();
  };

  return (
    <form class="card" noValidate onSubmit={(event) => void save(event)}>
      <h2>Limits</h2>
      <TextField
        name="newUsersPerMinute"
        label="New visitors per minute"
        kind="whole-number"
        value={limits.newUsersPerMinute}
        error={errorOf('newUsersPerMinute')}
        onInput={change('newUsersPerMinute')}
      />
      <TextField
        name="totalActiveUsers"
        label="Visitors inside at the same time"
        kind="whole-number"
        hint="Lowering it sends nobody out: nobody enters until there is room."
        value={limits.totalActiveUsers}
        error={errorOf('totalActiveUsers')}
        onInput={change('totalActiveUsers')}
      />
      {problem?.code === 'stale' && (
        <Notice kind="warning">
          <p>Somebody else changed this room meanwhile. Look at the present settings before you change them.</p>
          <button type="button" class="button" onClick={fill}>
            Reload the settings
          </button>
        </Notice>
      )}
      {problem !== null && problem.code !== 'stale' && errors.length === 0 && (
        <Notice kind="error">{problem.detail}</Notice>
      )}
      {isSaved && !isTouched && <Notice kind="good">Saved. It is in force with the next tick.</Notice>}
      <div class="button-row">
        <button type="submit" class="button button-primary" disabled={!isTouched}>
          Save
        </button>
        <button type="button" class="button" disabled={!isTouched} onClick={fill}>
          Undo
        </button>
      </div>
    </form>
  );
}
