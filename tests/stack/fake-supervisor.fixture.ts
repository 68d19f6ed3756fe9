/**
 * A supervisor over small made-up parts, run as a process of its own by supervisor.test.ts:
 * `tsx fake-supervisor.fixture.ts <folder> <guard script> <grace in ms>`. It prints one JSON line with all pids once it runs.
 */
import { join } from 'node:path';
import type { Child } from '../../local-stack/process/child.ts';
import type { Part } from '../../local-stack/supervisor/part.ts';
import { startGuard } from '../../local-stack/supervisor/guard-link.ts';
import { supervise } from '../../local-stack/supervisor/supervise.ts';
import { createTerminal } from '../../local-stack/supervisor/terminal.ts';

const [folder = '', guardScript = '', graceMs = ''] = process.argv.slice(2);
const GRACE_MS = Number(graceMs);
const guard = startGuard(guardScript, GRACE_MS);
const children: Record<string, number> = {};

/** Listens on a port, has a child of its own as workerd is one, and ignores that its parent is gone. */
const STUBBORN = `
  const { createServer } = require('node:net');
  const grandchild = require('node:child_process').spawn('sleep', ['600'], { stdio: 'ignore' });
  createServer().listen(0, '127.0.0.1', function () {
    process.send({ port: this.address().port, grandchild: grandchild.pid });
  });
  process.on('SIGHUP', () => {});
`;

function part(name: string, needs: readonly string[], script: string): Part {
  return {
    name,
    needs,
    start: async ({ spawn }) => {
      const child: Child = spawn({ command: process.execPath, args: ['-e', script], ipc: true });
      children[name] = child.pid;
      const address = await new Promise<string>((resolve) => {
        child.onMessage((message) => resolve(JSON.stringify(message)));
      });
      return { child, address };
    },
  };
}

const code = await supervise({
  parts: [
    part('one', [], STUBBORN),
    part('two', ['one'], STUBBORN),
    part('three', ['two'], `process.on('SIGTERM', () => {}); ${STUBBORN}`),
    {
      name: 'report',
      needs: ['three'],
      start: async () => ({ note: JSON.stringify({ supervisor: process.pid, guard: guard.pid, children }) }),
    },
  ],
  guard,
  terminal: createTerminal(process.stdout, process.stderr),
  logFolder: join(folder, 'logs'),
  verbose: false,
  signals: process,
  stopGraceMs: GRACE_MS,
  onStop: async () => {},
});
process.exit(code);
