import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import type { CoreWorld } from './core-world.fixture.ts';

const readySchema = v.object({ url: v.string() });

/** Core as processes of their own, as the stack runs it, over the stores and with the keys of a world. */
export type CoreProcesses = {
  /** Starts one and waits until it answers. */
  start(overrides?: { databaseUrl?: string; port?: number }): Promise<{ url: string; child: ChildProcess }>;
  /** Kills whatever still runs. */
  stop(): Promise<void>;
};

/** Prepares the key files that the processes read. Passes are signed with the world's own key. */
export async function prepareCoreProcesses(world: CoreWorld): Promise<CoreProcesses> {
  const { config } = world.deps;
  const folder = await mkdtemp(join(tmpdir(), 'onsale-core-process-'));
  await writeFile(join(folder, 'core-keys.json'), JSON.stringify(config.coreKeys), { mode: 0o600 });
  await writeFile(join(folder, 'operator-keys.json'), JSON.stringify(config.operatorKeys));
  const children: ChildProcess[] = [];
  return {
    async start({ databaseUrl = config.databaseUrl, port = 0 } = {}) {
      const env = {
        DATABASE_URL: databaseUrl,
        REDIS_URL: config.redisUrl,
        ONSALE_ORIGIN: config.origin,
        ONSALE_FEED_URL: config.feedUrl,
        ONSALE_CORE_SECRET: config.coreSecret,
        ONSALE_EDGE_JWKS_URL: `${world.coreUrl}/.well-known/jwks.json`,
        ONSALE_CORE_KEYS_FILE: join(folder, 'core-keys.json'),
        ONSALE_OPERATOR_JWKS_FILE: join(folder, 'operator-keys.json'),
        ONSALE_PAYMENTS_URL: config.payments.sandbox?.url,
        ONSALE_PAYMENTS_WEBHOOK_SECRET: config.payments.sandbox?.webhookSecret,
        ONSALE_WEBHOOK_PRIVATE_HOSTS: config.webhookPrivateHosts.join(','),
        LOG_LEVEL: 'fatal',
        ...(port === 0 ? {} : { PORT: String(port) }),
      };
      const child = spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'main.ts')], {
        env,
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      });
      children.push(child);
      const url = await new Promise<string>((resolve, reject) => {
        child.once('message', (message) => resolve(v.parse(readySchema, message).url));
        child.once('exit', (code) => reject(new Error(`core exited with ${code}`)));
      });
      return { url, child };
    },
    async stop() {
      for (const child of children) {
        if (child.exitCode !== null || child.signalCode !== null) continue;
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}
