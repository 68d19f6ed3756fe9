import type { LookupAddress } from 'node:dns';
import { Resolver } from 'node:dns/promises';

/** All addresses of a name. Rejects with the code of whatever stood against it (ENOTFOUND, ETIMEOUT). */
export type Resolve = (hostname: string) => Promise<LookupAddress[]>;

/**
 * Asks name servers by sockets of its own, never the system's look-up: that one has two threads for all look-ups of this process, and
 * strangers whose name servers say nothing would keep them while Postgres, Redis or the mail relay are to be found again. The file of
 * hosts is not read. `servers` are the system's, but in tests.
 */
export function createResolve(timeoutMs: number, servers?: readonly string[]): Resolve {
  const resolver = new Resolver({ timeout: timeoutMs, tries: 1 });
  if (servers !== undefined) resolver.setServers(servers);
  return async (hostname) => {
    const answers = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)]);
    const found = answers.flatMap((answer, i) =>
      answer.status === 'fulfilled' ? answer.value.map((address) => ({ address, family: i === 0 ? 4 : 6 })) : [],
    );
    const [first] = answers;
    if (found.length === 0 && first?.status === 'rejected') throw first.reason;
    return found;
  };
}
