import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { SHELL_PATHS, type ShellFile } from '../../web/scanner/shell.ts';

/**
 * What the scanner's service worker is told of the page it keeps: the hash of each file of this build, and a version made of them all.
 * Throws when a file of the page was not built.
 */
export function describeShell(dist: string, files: ReadonlyMap<string, Uint8Array>): Record<string, string> {
  const shell = SHELL_PATHS.map((path): ShellFile => {
    const content = files.get(join(dist, 'web', path.replace(/\/$/, '/index.html')));
    if (content === undefined) throw new Error(`the scanner's page needs ${path}, which was not built`);
    return { path, integrity: `sha256-${createHash('sha256').update(content).digest('base64')}` };
  });
  const version = createHash('sha256').update(JSON.stringify(shell)).digest('hex').slice(0, 16);
  return { SHELL_FILES: JSON.stringify(shell), SHELL_VERSION: JSON.stringify(version) };
}
