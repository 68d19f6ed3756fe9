import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { CORE_NODE_FLAGS } from '../../local-stack/build/entries.ts';
import type { OkpKeySet } from '../../tokens/key-set.ts';
import { bundlePart } from './part.ts';

/** A core process as it ships, on a free port. */
export type RunningCore = { url: string; pid: number; stop(): Promise<void> };

export type CoreSettings = {
  databaseUrl: string;
  redisUrl: string;
  origin: string;
  /** Where the keys of access passes are published. */
  jwksUrl: string;
  keys: OkpKeySet;
  paymentsUrl: string;
  webhookSecret: string;
  /** Where it listens; a free port unless it is named. */
  port?: number;
};

const readySchema = v.object({ url: v.string() });

/** Starts `core/main.ts`, bundled as the build bundles it. It ends with this process, however that ends. */
export async function startCore(settings: CoreSettings): Promise<RunningCore> {
  const [bundle, folder] = await Promise.all([
    bundlePart(join(import.meta.dirname, '../../core/main.ts'), 'core'),
    mkdtemp(join(tmpdir(), 'onsale-bench-core-')),
  ]);
  const keysFile = join(folder, 'keys.json');
  await writeFile(keysFile, JSON.stringify(settings.keys), { mode: 0o600 });
  const env = {
    DATABASE_URL: settings.databaseUrl,
    REDIS_URL: settings.redisUrl,
    ONSALE_ORIGIN: settings.origin,
    ONSALE_FEED_URL: 'ws://127.0.0.1:9',
    ONSALE_CORE_SECRET: 'a secret for benches',
    ONSALE_EDGE_JWKS_URL: settings.jwksUrl,
    ONSALE_CORE_KEYS_FILE: keysFile,
    ONSALE_OPERATOR_JWKS_FILE: keysFile,
    ONSALE_PAYMENTS_URL: settings.paymentsUrl,
    ONSALE_PAYMENTS_WEBHOOK_SECRET: settings.webhookSecret,
    LOG_LEVEL: 'fatal',
    PORT: String(settings.port ?? 0),
  };
  const child = spawn(process.execPath, ['--enable-source-maps', ...CORE_NODE_FLAGS, bundle], {
    env,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const exited = once(child, 'exit');
  const url = await new Promise<string>((resolve, reject) => {
    child.once('message', (message) => resolve(v.parse(readySchema, message).url));
    child.once('exit', (code) => reject(new Error(`core ended with ${code}`)));
  });
  return {
    url,
    pid: child.pid ?? 0,
    async stop() {
      if (child.connected) child.disconnect();
      const kill = setTimeout(() => child.kill('SIGKILL'), 3000);
      await exited;
      clearTimeout(kill);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
