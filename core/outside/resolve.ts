import type { LookupAddress } from 'node:dns';
import { Resolver } from 'node:dns/promises';

/** All addresses of a name, or what stood against it (ENOTFOUND, ETIMEOUT). Rejects never. */
export type Resolve = (
  hostname: string,
) => Promise<{ kind: 'found'; addresses: LookupAddress[] } | { kind: 'failed'; error: Error }>;

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
    const addresses = answers.flatMap((answer, i) =>
      answer.status === 'fulfilled' ? answer.value.map((address) => ({ address, family: i === 0 ? 4 : 6 })) : [],
    );
    const failed = answers.find((answer) => answer.status === 'rejected');
    if (addresses.length > 0 || failed === undefined) return { kind: 'found', addresses };
    return { kind: 'failed', error: failed.reason instanceof Error ? failed.reason : new Error('not found') };
  };
}
