import { access, constants } from 'node:fs/promises';
import { basename, delimiter, join } from 'node:path';
import { findBinaries } from '../../local-stack/postgres/binaries.ts';
import { findIdentity, runAs, type Identity } from '../../local-stack/postgres/identity.ts';
import { ok, missing, warning, type Check } from './check.ts';
import { run } from './machine.ts';

type Env = Record<string, string | undefined>;

const OLDEST_REDIS_MAJOR = 7;
/** Debian's redis-tools: one program for server and tools, which acts by the name it is called by. */
const REDIS_PROGRAMS = ['redis-server', 'redis-check-rdb', 'redis-check-aof'];
const CHROMIUM_PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Whether there is a Redis for the embedded stack. Installs nothing, though bin/dev would. */
export async function checkRedis(env: Env): Promise<Check> {
  if (isSet(env, 'REDIS_URL')) return ok('redis', 'the one of REDIS_URL');
  const tooOld: string[] = [];
  for (const path of await onPath(env, REDIS_PROGRAMS)) {
    const { output } = await run(path, ['--version'], { argv0: 'redis-server' });
    const version = /^Redis server v=((\d+)[\d.]*)/.exec(output);
    if (version === null) continue;
    if (Number(version[2]) >= OLDEST_REDIS_MAJOR) return ok('redis', `${version[1]} (${asRedisServer(path)})`);
    tooOld.push(`${path} is ${version[1]}.`);
  }
  const says = tooOld.length > 0 ? `Too old: ${tooOld.join(' ')}` : 'There is no redis-server on the PATH.';
  if (process.getuid?.() === 0 && (await onPath(env, ['apt-get'])).length > 0) {
    return warning('redis', says, 'Nothing to do: bin/dev installs Debian’s redis-tools, which starts no service.');
  }
  const fix = 'Debian or Ubuntu: sudo apt-get install redis-tools (it starts no service). macOS: brew install redis.';
  return missing('redis', says, `${fix} Or set REDIS_URL.`);
}

/** The program as it was found; Debian's redis-tools has the server under another name. */
const asRedisServer = (path: string): string =>
  basename(path) === 'redis-server' ? path : `${path}, which bin/dev runs as redis-server`;

/** Whether the embedded Postgres can run here, and as whom. Errors: StackError with the fix. */
export async function checkPostgres(env: Env): Promise<Check> {
  if (isSet(env, 'DATABASE_URL')) return ok('postgres', 'the one of DATABASE_URL');
  const { home, version } = await findBinaries();
  const identity = await findIdentity();
  const { ok: runs } = await runAs(identity, join(home, 'bin', 'postgres'), ['--version']);
  const who = IDENTITIES[identity.kind];
  // Where its identity can't reach the packages, bin/dev copies the binaries to a place that it can.
  return ok('postgres', `${version} from npm, ${who}${runs ? '' : ', from a copy outside of this folder'}`);
}

const IDENTITIES: Record<Identity['kind'], string> = {
  self: 'run as this user',
  mapped: 'run in a user namespace, since it refuses root',
  account: 'run as another account, since it refuses root and there are no user namespaces here',
};

/** Whether the browser tests have their browser; nothing else needs one. */
export async function checkChromium(env: Env): Promise<Check> {
  const named = env['ONSALE_CHROMIUM'];
  if (named !== undefined && named !== '') {
    if (await isExecutable(named)) return ok('chromium', named);
    return warning('chromium', `ONSALE_CHROMIUM names ${named}, which can't be run.`, 'Correct or unset it.');
  }
  const [found] = await onPath(env, CHROMIUM_PROGRAMS);
  if (found !== undefined) return ok('chromium', found);
  return warning('chromium', 'None is on the PATH; only browser tests need one.', 'Debian: apt-get install chromium.');
}

const isSet = (env: Env, name: string): boolean => env[name] !== undefined && env[name] !== '';

async function onPath(env: Env, names: readonly string[]): Promise<string[]> {
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const paths = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  const found = await Promise.all(paths.map(isExecutable));
  return paths.filter((_, index) => found[index]);
}

function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
