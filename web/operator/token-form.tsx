import { useState } from 'preact/hooks';
import { Notice } from '../shared/notice.tsx';
import { TextField } from '../shared/text-field.tsx';

/** Asks for an operator token. Whether it is good the first call tells. */
export function TokenForm({ wasRefused, onToken }: { wasRefused: boolean; onToken: (token: string) => void }) {
  const [token, setToken] = useState('');
  const [error, setError] = useState<string | null>(null);
  const submit = (event: Event) => {
    event.preventDefault();
    const given = token.trim();
    if (given === '') setError('Paste a token first.');
    else onToken(given);
  };
  return (
    <form class="card token-form" noValidate onSubmit={submit}>
      <h1>Sign in</h1>
      {wasRefused && <Notice kind="error">That token was refused. It may be mistyped or have run out.</Notice>}
      <TextField
        name="token"
        label="Operator token"
        kind="secret"
        hint="bin/dev prints one, and `onsale operator token` makes one. It stays in this tab."
        value={token}
        error={error}
        onInput={setToken}
      />
      <button type="submit" class="button button-primary">
        Sign in
      </button>
    </form>
  );
}
