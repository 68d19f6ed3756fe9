import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { StackError } from '../stack-error.ts';

/**
 * Under whose name Postgres runs. It refuses to run as root, and its initdb refuses a user without a passwd entry.
 * - `self`: the caller as it is.
 * - `mapped`: the caller inside a user namespace in which it has another number. On the disk it stays the caller, but
 *   without root's right to ignore modes.
 * - `account`: another account of this machine; only root can do this.
 */
export type Identity = {
  kind: 'self' | 'mapped' | 'account';
  /** Put before a command line. */
  prefix: readonly string[];
  /** Owner of the files it makes. */
  owner: { uid: number; gid: number };
  /** For spawn. */
  switchTo: { uid: number; gid: number } | undefined;
};

export type RunResult = { ok: true; output: string } | { ok: false; output: string };

const RUN_TIMEOUT_MS = 120_000;

/** Finds the first identity under which a Postgres program can run here, by trying. */
export async function findIdentity(): Promise<Identity> {
  const uid = process.getuid?.() ?? 0;
  const gid = process.getgid?.() ?? 0;
  const self: Identity = { kind: 'self', prefix: [], owner: { uid, gid }, switchTo: undefined };
  if (process.platform === 'win32' || (uid !== 0 && hasName())) return self;
  const account = await unprivilegedAccount();
  for (const candidate of account === undefined ? [] : candidatesFor(self, account)) {
    const { ok, output } = await runAs(candidate, 'id', ['-u']);
    if (ok && output.trim() !== '0') return candidate;
  }
  throw new StackError('Postgres does not run as root, and no other identity could be taken on here.', {
    fix:
      'Allow user namespaces (sysctl user.max_user_namespaces, or the container’s seccomp profile), run as an ordinary ' +
      'user with a name in /etc/passwd, or start your own Postgres and set DATABASE_URL.',
  });
}

/** Runs a command to its end under an identity. */
export function runAs(identity: Identity, command: string, args: readonly string[]): Promise<RunResult> {
  const [program = command, ...rest] = [...identity.prefix, command, ...args];
  return new Promise((resolve) => {
    const options = { timeout: RUN_TIMEOUT_MS, env: childEnvironment(), cwd: '/', ...identity.switchTo };
    execFile(program, rest, options, (error, stdout, stderr) => {
      const output = `${stdout}${stderr}`;
      resolve(error === null ? { ok: true, output } : { ok: false, output: output || error.message });
    });
  });
}

/** The environment of Postgres programs: none of the caller's PG* settings, and English messages. */
export function childEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(PG|LC_|LANG)/.test(name));
  return { ...Object.fromEntries(kept), LC_ALL: 'C' };
}

function candidatesFor(self: Identity, account: { uid: number; gid: number }): Identity[] {
  const mapped: Identity = {
    ...self,
    kind: 'mapped',
    prefix: ['unshare', '--user', `--map-user=${account.uid}`, `--map-group=${account.gid}`, '--'],
  };
  if (self.owner.uid !== 0) return [mapped];
  return [mapped, { kind: 'account', prefix: [], owner: account, switchTo: account }];
}

function hasName(): boolean {
  try {
    return userInfo().username !== '';
  } catch {
    // A number without a passwd entry, as containers like to use.
    return false;
  }
}

/** The account named postgres, else nobody, else any that is not root. */
async function unprivilegedAccount(): Promise<{ uid: number; gid: number } | undefined> {
  const passwd = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const accounts = passwd
    .split('\n')
    .map((line) => line.split(':'))
    .map(([name, , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }))
    .filter(({ uid, gid }) => Number.isInteger(uid) && uid > 0 && Number.isInteger(gid) && gid > 0);
  const found =
    accounts.find(({ name }) => name === 'postgres') ?? accounts.find(({ name }) => name === 'nobody') ?? accounts[0];
  return found === undefined ? undefined : { uid: found.uid, gid: found.gid };
}
