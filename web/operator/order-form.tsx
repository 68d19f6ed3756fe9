import { useState } from 'preact/hooks';
import { callApi, newIdempotencyKey } from '../shared/api-client.ts';
import { Notice } from '../shared/notice.tsx';
import { TextField } from '../shared/text-field.tsx';

export type OrderFormProps = {
  title: string;
  path: string;
  token: string;
  /** The one field of the body. */
  name: string;
  label: string;
  hint: string;
  initial?: string;
  submitLabel: string;
  doneText: (value: string) => string;
  /** Whether the field is emptied once it was taken. */
  empties?: boolean;
  onDone: () => void;
};

/** An order with one field: sends it, and shows the server's refusal beside the field. */
export function OrderForm(props: OrderFormProps) {
  const { title, path, token, name, label, hint, initial = '', submitLabel, doneText, empties, onDone } = props;
  const [value, setValue] = useState(initial);
  const [error, setError] = useState<string | null>(null);
  const [done, setDone] = useState<string | null>(null);
  const submit = async (event: Event) => {
    event.preventDefault();
    const answer = await callApi(path, {
      method: 'POST',
      body: { [name]: value.trim() },
      token,
      idempotencyKey: newIdempotencyKey(),
    });
    setError(answer.ok ? null : (answer.problem.errors[0]?.message ?? answer.problem.detail));
    setDone(answer.ok ? doneText(value.trim()) : null);
    if (!answer.ok) return;
    if (empties === true) setValue('');
    onDone();
  };
  return (
    <form class="card" noValidate aria-label={title} onSubmit={(event) => void submit(event)}>
      <h2>{title}</h2>
      <TextField
        name={name}
        label={label}
        hint={hint}
        value={value}
        error={error}
        onInput={(next) => {
          setDone(null);
          setValue(next);
        }}
      />
      {done !== null && <Notice kind="good">{done}</Notice>}
      <button type="submit" class="button button-primary">
        {submitLabel}
      </button>
    </form>
  );
}
