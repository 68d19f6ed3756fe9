import { useState } from 'preact/hooks';
import { Notice } from '../shared/notice.tsx';
import { TextField } from '../shared/text-field.tsx';

export type GateWish = { token: string; performanceId: string; gate: string };

/** Asks who stands at which door of what. Whether the token is good the first scan tells. */
export function GateForm({
  problem,
  wish,
  onReady,
}: {
  problem: string | null;
  wish: GateWish;
  onReady: (wish: GateWish) => void;
}) {
  const [values, setValues] = useState(wish);
  const [tried, setTried] = useState(false);
  const field = (name: keyof GateWish, label: string, hint: string, kind: 'text' | 'secret' = 'text') => (
    <TextField
      name={name}
      label={label}
      hint={hint}
      kind={kind}
      value={values[name]}
      error={tried && values[name].trim() === '' ? 'This is needed.' : null}
      onInput={(value) => setValues({ ...values, [name]: value })}
    />
  );
  const submit = (event: Event) => {
    event.preventDefault();
    const [token, performanceId, gate] = [values.token.trim(), values.performanceId.trim(), values.gate.trim()];
    if (token === '' || performanceId === '' || gate === '') setTried(true);
    else onReady({ token, performanceId, gate });
  };
  return (
    <form class="card stack" noValidate aria-label="Door" onSubmit={submit}>
      <h1>At the door</h1>
      {problem !== null && <Notice kind="error">{problem}</Notice>}
      {field('token', 'Door token', '`onsale operator token --role door` makes one. It stays in this tab.', 'secret')}
      {field('performanceId', 'Performance', 'Its id, as the console shows it.')}
      {field('gate', 'Gate', 'The next gate reads this name when a ticket comes again.')}
      <button type="submit" class="button button-primary">
        Begin
      </button>
    </form>
  );
}
