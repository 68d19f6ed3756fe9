import { existsSync, readFileSync } from 'node:fs';
import { unstable_getMiniflareWorkerOptions, unstable_readConfig } from 'wrangler';
import * as v from 'valibot';
import { TURNSTILE_VARIABLES } from '../../edge/config.ts';
import { StackError } from '../stack-error.ts';

export type LocalWorker = {
  /** Checked by miniflare itself, which refuses options it does not know. */
  worker: Record<string, unknown> & {
    modules: { type: 'ESModule'; path: string; contents: string }[];
    bindings: Record<string, string>;
  };
  /** Variables that the environment does not set; the placeholders of wrangler.toml stand. */
  isIncomplete: string[];
};

/** What is used of wrangler's reading of the file; its own types name packages that npm does not install. */
const configSchema = v.object({
  main: v.string(),
  vars: v.record(v.string(), v.string()),
  secrets: v.optional(v.object({ required: v.optional(v.array(v.string()), []) }), {}),
});
const optionsSchema = v.object({ workerOptions: v.record(v.string(), v.unknown()) });

/**
 * Turns wrangler.toml into miniflare's options: compatibility date and flags, assets and bindings as they are deployed;
 * the values of `[vars]`, of the required secrets, and of Turnstile where it is set up, are taken from `env`. Errors: StackError without a
 * bundle or secret.
 */
export function readWorkerOptions(wranglerFile: string, env: NodeJS.ProcessEnv): LocalWorker {
  const config: unknown = unstable_readConfig({ config: wranglerFile }, { hideWarnings: true });
  const { main, vars, secrets } = v.parse(configSchema, config);
  if (!existsSync(main))
    throw new StackError(`The Worker's bundle ${main} is missing.`, { fix: 'Run `npm run build`.' });
  const missing = secrets.required.filter((name) => env[name] === undefined);
  if (missing.length > 0) throw new StackError(`The Worker needs ${missing.join(', ')} in its environment.`);
  const options = v.parse(optionsSchema, unstable_getMiniflareWorkerOptions(wranglerFile));
  const bindings: Record<string, string> = {};
  for (const name of [...Object.keys(vars), ...secrets.required, ...Object.keys(TURNSTILE_VARIABLES)]) {
    const value = env[name];
    if (value !== undefined) bindings[name] = value;
  }
  return {
    worker: {
      ...options.workerOptions,
      modules: [{ type: 'ESModule', path: main, contents: readFileSync(main, 'utf8') }],
      bindings: { ...vars, ...bindings },
    },
    isIncomplete: Object.keys(vars).filter((name) => bindings[name] === undefined),
  };
}
