import { execFile } from 'node:child_process';

/**
 * The words to put before a command so that the kernel signals it when its parent dies, however it dies; none where
 * util-linux's setpriv is missing. The guard process does the same job a moment later, so this is the second net.
 */
export async function parentDeathPrefix(signal: 'INT' | 'TERM'): Promise<readonly string[]> {
  const prefix = ['--pdeathsig', signal, '--'];
  const works = await new Promise<boolean>((resolve) => {
    execFile('setpriv', [...prefix, 'true'], (error) => resolve(error === null));
  });
  return works ? ['setpriv', ...prefix] : [];
}
