import { useEffect, useState } from 'preact/hooks';
import type { AccountView } from '../../contracts/accounts.ts';
import { callApi } from '../shared/api-client.ts';
import { keepSignedIn, wasSignedIn } from './kept-tokens.ts';

/** Who is signed in here; null: nobody, or not known yet. Asks only where somebody has signed in before. */
export function useAccount(): AccountView | null {
  const [account, setAccount] = useState<AccountView | null>(null);
  useEffect(() => {
    if (!wasSignedIn()) return undefined;
    const aborter = new AbortController();
    void callApi<AccountView>('/api/core/v1/accounts/me', { signal: aborter.signal }).then((answer) => {
      if (aborter.signal.aborted) return;
      if (answer.ok) setAccount(answer.data);
      else if (answer.problem.status === 401) keepSignedIn(false);
    });
    return () => aborter.abort();
  }, []);
  return account;
}
