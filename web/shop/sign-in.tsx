import { useEffect, useRef, useState } from 'preact/hooks';
import type { SignInCodeSent } from '../../contracts/accounts.ts';
import { callApi, newIdempotencyKey, type ApiProblem } from '../shared/api-client.ts';
import { Notice } from '../shared/notice.tsx';
import { TextField } from '../shared/text-field.tsx';
import { keepSignedIn } from './kept-tokens.ts';
import { signInRefusal } from './sign-in-words.ts';

const BASE = '/api/core/v1/accounts';

/** Signing in in two steps: an e-mail address, then the code that was sent to it. */
export function SignIn({ onSignedIn }: { onSignedIn: () => void }) {
  const [email, setEmail] = useState('');
  const [sentTo, setSentTo] = useState<string | null>(null);
  if (sentTo === null) return <EmailStep email={email} onEmail={setEmail} onSent={setSentTo} />;
  return <CodeStep email={sentTo} onSignedIn={onSignedIn} onBack={() => setSentTo(null)} />;
}

type EmailStepProps = { email: string; onEmail: (email: string) => void; onSent: (email: string) => void };

function EmailStep({ email, onEmail, onSent }: EmailStepProps) {
  const { isBusy, error, setError, ask } = useCodeRequest();
  const submit = async (event: Event) => {
    event.preventDefault();
    const form = event.currentTarget;
    const address = email.trim();
    if (!address.includes('@')) setError('Please enter an address like name@example.org.');
    else if (await ask(address)) return onSent(address);
    return focusFirst(form);
  };
  return (
    <form noValidate class="card stack" onSubmit={(event) => void submit(event)}>
      <TextField
        name="sign-in-email"
        label="E-mail"
        kind="email"
        autocomplete="email"
        hint="We send you a code. There is no password to remember."
        value={email}
        error={error}
        onInput={onEmail}
      />
      <div class="button-row">
        <button type="submit" class="button button-primary" disabled={isBusy}>
          {isBusy ? 'Sending…' : 'Send me a code'}
        </button>
      </div>
    </form>
  );
}

type CodeStepProps = { email: string; onSignedIn: () => void; onBack: () => void };

function CodeStep({ email, onSignedIn, onBack }: CodeStepProps) {
  const [code, setCode] = useState('');
  const { isBusy, error, setError, ask } = useCodeRequest();
  const [isChecking, setChecking] = useState(false);
  const [sentAgain, setSentAgain] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  // The code comes next: whoever typed the address types on.
  useEffect(() => focusFirst(form.current), []);

  const submit = async (event: Event) => {
    event.preventDefault();
    if (code.trim() === '') setError('Please enter the code from the message.');
    else {
      setChecking(true);
      // So that the same words are heard again when the next code is wrong, too.
      setError(null);
      const problem = await signIn(email, code);
      setChecking(false);
      if (problem === null) return onSignedIn();
      setError(signInRefusal(problem));
    }
    return focusFirst(form.current);
  };
  const again = async () => {
    setSentAgain(await ask(email));
    setCode('');
    focusFirst(form.current);
  };
  return (
    <form noValidate ref={form} class="card stack" onSubmit={(event) => void submit(event)}>
      <Notice kind="info">
        {sentAgain ? 'A new code is on its way to ' : 'A code is on its way to '}
        <strong class="address">{email}</strong>. It is good for ten minutes.
        {sentAgain && ' The one before is not any more.'}
      </Notice>
      <TextField
        name="sign-in-code"
        label="Code"
        kind="whole-number"
        autocomplete="one-time-code"
        hint="Eight digits. Look among unwanted mail, too, if it does not come."
        value={code}
        error={error}
        onInput={setCode}
      />
      <div class="button-row">
        <button type="submit" class="button button-primary" disabled={isChecking || isBusy}>
          {isChecking ? 'Signing in…' : 'Sign in'}
        </button>
        <button type="button" class="button" disabled={isChecking || isBusy} onClick={() => void again()}>
          Send a new code
        </button>
        <button type="button" class="button" onClick={onBack}>
          Use another address
        </button>
      </div>
    </form>
  );
}

/** Asks for a code; `ask` tells whether one was sent, else `error` says why not. */
function useCodeRequest() {
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const ask = async (email: string): Promise<boolean> => {
    setBusy(true);
    setError(null);
    const answer = await callApi<SignInCodeSent>(`${BASE}/sign-in-codes`, {
      method: 'POST',
      body: { email },
      idempotencyKey: newIdempotencyKey(),
    });
    setBusy(false);
    if (!answer.ok) setError(signInRefusal(answer.problem));
    return answer.ok;
  };
  return { isBusy, error, setError, ask };
}

/** Brings the code; null when it opened a session, which is a cookie that this page can't read. */
async function signIn(email: string, code: string): Promise<ApiProblem | null> {
  const answer = await callApi(`${BASE}/sessions`, {
    method: 'POST',
    body: { email, code },
    idempotencyKey: newIdempotencyKey(),
  });
  if (answer.ok) keepSignedIn(true);
  return answer.ok ? null : answer.problem;
}

const focusFirst = (form: EventTarget | null): void => {
  if (form instanceof HTMLElement) form.querySelector('input')?.focus();
};
