import { existsSync, readFileSync } from 'node:fs';
import type { WorkerOptions } from 'miniflare';
import { unstable_getMiniflareWorkerOptions, unstable_readConfig } from 'wrangler';
import { StackError } from '../stack-error.ts';

export type LocalWorker = {
  worker: WorkerOptions;
  /** Variables that the environment does not set; the placeholders of wrangler.toml stand. */
  isIncomplete: string[];
};

/**
 * Turns wrangler.toml into miniflare's options: compatibility date and flags, assets and bindings as they are deployed;
 * the values of `[vars]` and of the required secrets are taken from `env`. Errors: StackError without a bundle or secret.
 */
export function readWorkerOptions(wranglerFile: string, env: NodeJS.ProcessEnv): LocalWorker {
  const config = unstable_readConfig({ config: wranglerFile }, { hideWarnings: true });
  if (config.main === undefined || !existsSync(config.main)) {
    throw new StackError(`The Worker's bundle ${config.main ?? ''} is missing.`, { fix: 'Run `npm run build`.' });
  }
  const secrets: readonly string[] = config.secrets?.required ?? [];
  const missing = secrets.filter((name) => env[name] === undefined);
  if (missing.length > 0) throw new StackError(`The Worker needs ${missing.join(', ')} in its environment.`);
  const { workerOptions } = unstable_getMiniflareWorkerOptions(config);
  const bindings: Record<string, string> = {};
  for (const name of [...Object.keys(config.vars), ...secrets]) {
    const value = env[name];
    if (value !== undefined) bindings[name] = value;
  }
  return {
    worker: {
      ...workerOptions,
      modules: [{ type: 'ESModule', path: config.main, contents: readFileSync(config.main, 'utf8') }],
      bindings: { ...workerOptions['bindings'], ...bindings },
    },
    isIncomplete: Object.keys(config.vars).filter((name) => bindings[name] === undefined),
  };
}
