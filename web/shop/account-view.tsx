import { useEffect, useState } from 'preact/hooks';
import type { AccountView as Account } from '../../contracts/accounts.ts';
import { callApi, type ApiProblem } from '../shared/api-client.ts';
import { LoadError, Loading, Notice } from '../shared/notice.tsx';
import { forgetBookings, keepSignedIn } from './kept-tokens.ts';
import { OwnBookings } from './own-bookings.tsx';
import { OwnData } from './own-data.tsx';
import { OwnWaitlist } from './own-waitlist.tsx';
import { SignIn } from './sign-in.tsx';
import type { ViewAddress } from './view-address.ts';

/** `out` says how it came to that, where it was the visitor's doing. */
type State =
  | { state: 'unknown' }
  | { state: 'in'; account: Account }
  | { state: 'out'; because: 'never' | 'signed_out' | 'erased' }
  | { state: 'failed'; problem: ApiProblem };

/** Who is signed in, with their bookings and their data; or the way to sign in. */
export function AccountView({ onShow }: { onShow: (address: ViewAddress) => void }) {
  const [now, setNow] = useState<State>({ state: 'unknown' });
  const look = async (): Promise<void> => {
    const answer = await callApi<Account>('/api/core/v1/accounts/me');
    if (answer.ok) return setNow({ state: 'in', account: answer.data });
    if (answer.problem.status !== 401) return setNow({ state: 'failed', problem: answer.problem });
    return leave('never');
  };
  const leave = (because: 'never' | 'signed_out' | 'erased'): void => {
    keepSignedIn(false);
    if (because === 'erased') forgetBookings();
    setNow({ state: 'out', because });
  };
  useEffect(() => void look(), []);

  if (now.state === 'unknown') return <Loading what="your bookings" />;
  if (now.state === 'failed') return <LoadError problem={now.problem} onRetry={() => void look()} />;
  if (now.state === 'out') return <SignedOut because={now.because} onSignedIn={() => void look()} />;
  return (
    <div class="stack">
      <h1>My bookings</h1>
      <WhoIsIn account={now.account} onOut={() => leave('signed_out')} />
      <OwnBookings onShow={onShow} />
      <OwnWaitlist onShow={onShow} />
      <OwnData onErased={() => leave('erased')} />
    </div>
  );
}

function SignedOut({ because, onSignedIn }: { because: 'never' | 'signed_out' | 'erased'; onSignedIn: () => void }) {
  return (
    <div class="stack narrow">
      <h1>Sign in</h1>
      {because === 'signed_out' && <Notice kind="good">You are signed out.</Notice>}
      {because === 'erased' && <Notice kind="good">Your data is erased, and the account is no more.</Notice>}
      <p>See all your bookings and tickets, also those you made without signing in. To book you need no account.</p>
      <SignIn onSignedIn={onSignedIn} />
    </div>
  );
}

function WhoIsIn({ account, onOut }: { account: Account; onOut: () => void }) {
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const signOut = async () => {
    const answer = await callApi('/api/core/v1/accounts/sessions/me', { method: 'DELETE' });
    if (answer.ok || answer.problem.status === 401) return onOut();
    return setProblem(answer.problem);
  };
  return (
    <div class="who-is-in">
      <p>
        Signed in as <strong class="address">{account.email}</strong>
      </p>
      <button type="button" class="button" onClick={() => void signOut()}>
        Sign out
      </button>
      {problem !== null && <Notice kind="error">{problem.detail}</Notice>}
    </div>
  );
}
