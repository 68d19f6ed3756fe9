import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { portIsFree } from '../../local-stack/process/free-port.ts';
import { DEFAULT_EDGE_PORT } from '../../local-stack/parts/settings.ts';
import { ok, missing, warning, type Check } from './check.ts';

/** The first Node that runs ES modules the way our packages expect. */
const OLDEST_NODE = { major: 20, minor: 19 };
/** A crowd, a feed and the stores side by side need some thousands; the usual small limit is 1024. */
const GOOD_DESCRIPTORS = 4096;
const RUN_TIMEOUT_MS = 10_000;

/** Whether this Node version will do. */
export function checkNode(version: string): Check {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isOld = major < OLDEST_NODE.major || (major === OLDEST_NODE.major && minor < OLDEST_NODE.minor);
  if (!isOld) return ok('node', version);
  const wanted = `${OLDEST_NODE.major}.${OLDEST_NODE.minor}`;
  return missing('node', `${version} is too old.`, `Install Node ${wanted} or newer (nodejs.org).`);
}

/** Whether node_modules holds what the lock names: the same question bin/dev asks. */
export async function checkPackages(root: string): Promise<Check> {
  const script = join(root, 'bin', 'lib', 'packages-installed.mjs');
  const { isDone } = await run(process.execPath, [script], { cwd: root });
  if (isDone) return ok('packages', 'as package-lock.json names them');
  return missing('packages', 'They differ from package-lock.json.', 'Run npm ci, or bin/dev, which does it by itself.');
}

/** Whether the usual port of the edge is free, and loopback can be listened on at all. */
export async function checkPort(port = DEFAULT_EDGE_PORT): Promise<Check> {
  if (await portIsFree(port)) return ok('port', `${port} of 127.0.0.1 is free`);
  if (await portIsFree(0)) {
    return warning('port', `${port} of 127.0.0.1 is taken.`, 'Nothing to do: bin/dev takes a free one, or --port N.');
  }
  return missing(
    'port',
    'No port of 127.0.0.1 can be listened on.',
    'Bring the loopback interface up (ip link set lo up).',
  );
}

/** Whether enough files and sockets may be open at once; Node raises the soft limit to the hard one by itself. */
export async function checkDescriptors(): Promise<Check> {
  const { output } = await run('/bin/sh', ['-c', 'ulimit -n']);
  const limit = output.trim() === 'unlimited' ? Number.POSITIVE_INFINITY : Number(output);
  if (limit >= GOOD_DESCRIPTORS) return ok('descriptors', `${output.trim()} files and sockets at once`);
  const says = Number.isNaN(limit) ? 'The limit can’t be read.' : `Only ${limit} files and sockets at once.`;
  return warning('descriptors', says, `For large crowds raise it: ulimit -n ${GOOD_DESCRIPTORS}, or LimitNOFILE.`);
}

/** Runs a program to its end, under another name if need be. A program that can't be started is not done. */
export function run(
  command: string,
  args: readonly string[],
  options: { cwd?: string; argv0?: string } = {},
): Promise<{ isDone: boolean; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { timeout: RUN_TIMEOUT_MS, stdio: ['ignore', 'pipe', 'pipe'], ...options });
    let output = '';
    const collect = (chunk: Buffer): void => void (output += chunk.toString());
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.once('error', () => resolve({ isDone: false, output }));
    child.once('close', (code) => resolve({ isDone: code === 0, output }));
  });
}
