import { execFile } from 'node:child_process';
import { access, constants, mkdir, rm, symlink } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { exclusively } from '../process/exclusive.ts';
import { StackError } from '../stack-error.ts';

const OLDEST_MAJOR = 7;
/** Debian's redis-tools: one program for server and tools, which acts by the name it is called by. It starts no service. */
const MULTI_CALL = 'redis-check-rdb';
const APT_TIMEOUT_MS = 300_000;

type Found = { kind: 'ready'; path: string } | { kind: 'too_old'; path: string; version: string } | { kind: 'missing' };

/**
 * The path of a redis-server that can run: from the PATH, else from Debian's redis-tools by a link in `linkFolder`,
 * else, as root on Debian, after installing redis-tools (said through `say`). Errors: StackError with the fix.
 */
export async function findRedis(linkFolder: string, say: (line: string) => void): Promise<string> {
  let found = await lookFor(linkFolder);
  if (found.kind !== 'ready' && (await canInstall())) {
    say('installing redis-tools (apt-get install --no-install-recommends redis-tools; it starts no service) …');
    await exclusively('apt-get', async () => {
      // Whoever held the lock before us may have done the work.
      found = await lookFor(linkFolder);
      if (found.kind !== 'ready') await install();
    });
    found = await lookFor(linkFolder);
  }
  if (found.kind === 'ready') return found.path;
  const what =
    found.kind === 'missing' ? 'Redis is not installed.' : `${found.path} is Redis ${found.version}, too old.`;
  throw new StackError(`${what} The local stack needs redis-server ${OLDEST_MAJOR} or newer on the PATH.`, {
    fix:
      'Debian or Ubuntu: sudo apt-get install redis-tools (it starts no service). macOS: brew install redis. ' +
      'Or set REDIS_URL (with UPSTASH_REDIS_REST_URL and UPSTASH_REDIS_REST_TOKEN, or alone) to use another one.',
  });
}

async function lookFor(linkFolder: string): Promise<Found> {
  const server = await onPath('redis-server');
  const direct = server === undefined ? undefined : await judge(server);
  if (direct?.kind === 'ready') return direct;
  const tool = (await onPath(MULTI_CALL)) ?? (await onPath('redis-check-aof'));
  if (tool === undefined) return direct ?? { kind: 'missing' };
  await mkdir(linkFolder, { recursive: true, mode: 0o700 });
  const link = join(linkFolder, 'redis-server');
  await rm(link, { force: true });
  await symlink(tool, link);
  const linked = await judge(link);
  return linked.kind === 'missing' ? (direct ?? linked) : linked;
}

async function judge(path: string): Promise<Found> {
  const { output } = await run(path, ['--version']);
  const version = /^Redis server v=(\d+)(\S*)/.exec(output);
  if (version === null) return { kind: 'missing' };
  const [, major = '0', rest = ''] = version;
  return Number(major) >= OLDEST_MAJOR
    ? { kind: 'ready', path }
    : { kind: 'too_old', path, version: `${major}${rest}` };
}

async function canInstall(): Promise<boolean> {
  return process.getuid?.() === 0 && (await onPath('apt-get')) !== undefined;
}

async function install(): Promise<void> {
  const args = ['-o', 'DPkg::Lock::Timeout=120', 'install', '-y', '--no-install-recommends', 'redis-tools'];
  if ((await run('apt-get', args)).ok) return;
  // A fresh machine or image has no package lists yet, or old ones.
  const lists = await run('apt-get', ['update']);
  const again = await run('apt-get', args);
  if (again.ok) return;
  const output = `${lists.ok ? '' : lists.output}${again.output}`.trim().split('\n').slice(-12).join('\n');
  throw new StackError(`Installing redis-tools failed:\n${output}`, {
    fix: 'Install a redis-server 7 or newer by hand, or set REDIS_URL to use another one.',
  });
}

function run(command: string, args: readonly string[]): Promise<{ ok: boolean; output: string }> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' };
  return new Promise((resolve) => {
    execFile(command, [...args], { env, timeout: APT_TIMEOUT_MS, maxBuffer: 16_000_000 }, (error, stdout, stderr) => {
      resolve({ ok: error === null, output: `${stdout}${stderr}` });
    });
  });
}

async function onPath(name: string): Promise<string | undefined> {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, name);
    const runs = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (folder !== '' && runs) return path;
  }
  return undefined;
}
