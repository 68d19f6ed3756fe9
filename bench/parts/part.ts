import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { build } from 'esbuild';
import * as v from 'valibot';
import { CORE_NODE_FLAGS, RUNTIMES } from '../../local-stack/build/entries.ts';

/** A process of its own that a bench measures, or that makes the load. */
export type Part = {
  pid: number;
  /** What the part said when it was ready. */
  ready: Record<string, unknown>;
  /** Asks the part something and waits for its answer. Rejects when the part fails or dies. */
  ask<S extends v.GenericSchema>(schema: S, question: unknown): Promise<v.InferOutput<S>>;
  /** Ends it by SIGKILL, as a crash would. */
  kill(): Promise<void>;
  stop(): Promise<void>;
};

const messageSchema = v.union([
  v.object({ type: v.literal('ready'), ready: v.record(v.string(), v.unknown()) }),
  v.object({ type: v.literal('answer'), id: v.number(), answer: v.optional(v.unknown()) }),
  v.object({ type: v.literal('failed'), id: v.number(), error: v.string() }),
]);

/** Servers that core is compared with: run as core is. */
const BESIDE_CORE: ReadonlySet<string> = new Set(['patterns', 'echo']);

/**
 * Starts `bench/parts/<name>-main.ts` with its settings. It ends with this process, however that ends. It is bundled as the services
 * are: run through tsx, each closure would be given a name when it is made, which costs a join a tenth.
 */
export async function startPart(name: string, settings: object): Promise<Part> {
  const bundle = await bundlePart(join(import.meta.dirname, `${name}-main.ts`), name);
  const flags = ['--expose-gc', '--enable-source-maps', ...(BESIDE_CORE.has(name) ? CORE_NODE_FLAGS : [])];
  const child = spawn(process.execPath, [...flags, bundle, JSON.stringify(settings)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const exited = once(child, 'exit');
  const waiting = new Map<number, { resolve: (answer: unknown) => void; reject: (error: Error) => void }>();
  let ids = 0;
  const ready = new Promise<Record<string, unknown>>((resolve, reject) => {
    child.on('message', (value) => {
      const message = v.parse(messageSchema, value);
      if (message.type === 'ready') return resolve(message.ready);
      const asker = waiting.get(message.id);
      waiting.delete(message.id);
      if (message.type === 'answer') asker?.resolve(message.answer);
      else asker?.reject(new Error(`${name}: ${message.error}`));
    });
    child.on('exit', (code) => {
      const error = new Error(`the part ${name} ended with ${code}`);
      reject(error);
      for (const asker of waiting.values()) asker.reject(error);
    });
  });
  return {
    pid: child.pid ?? 0,
    ready: await ready,
    async ask(schema, question) {
      const id = (ids += 1);
      const answer = await new Promise<unknown>((resolve, reject) => {
        if (!child.connected) return reject(new Error(`the part ${name} is gone`));
        waiting.set(id, { resolve, reject });
        child.send({ id, question });
      });
      return v.parse(schema, answer);
    },
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
    async stop() {
      if (child.connected) child.disconnect();
      const kill = setTimeout(() => child.kill('SIGKILL'), 3000);
      await exited;
      clearTimeout(kill);
    },
  };
}

/** Bundles a process's entry as the services are bundled; as deep in the tree as its source, so that the paths it makes from its own place hold. */
export async function bundlePart(entry: string, name: string): Promise<string> {
  const outfile = join(import.meta.dirname, '../../dist/bench', `${name}-main.js`);
  await build({ ...RUNTIMES.node, entryPoints: [entry], bundle: true, format: 'esm', outfile });
  return outfile;
}
