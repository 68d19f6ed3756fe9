import { useEffect, useState } from 'preact/hooks';
import type { AccountView } from '../../contracts/accounts.ts';
import { useAccount } from './use-account.ts';

/** The address typed, which is the account's until somebody types; and the account, null for a guest. */
export function useOwnEmail(): { email: string; setEmail: (email: string) => void; account: AccountView | null } {
  const [email, setEmail] = useState('');
  const account = useAccount();
  useEffect(() => {
    if (account !== null) setEmail((typed) => (typed === '' ? account.email : typed));
  }, [account]);
  return { email, setEmail, account };
}
