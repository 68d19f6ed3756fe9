import * as v from 'valibot';
import { startPart } from './part.ts';

const loadSchema = v.object({
  perSecond: v.number(),
  p50Ms: v.number(),
  p99Ms: v.number(),
  ok: v.number(),
  refused: v.number(),
  errors: v.number(),
});

export type Load = {
  url: string;
  /** By count, not by time: what a process has compiled after its first requests depends on how many they were. */
  requests: number;
  connections: number;
  method: 'GET' | 'POST';
  body?: string;
  headers?: Record<string, string>;
};
export type LoadProcess = {
  pid: number;
  run(load: Load): Promise<LoadResult>;
  /** The same unjudged: a process that compiles may refuse. */ warmUp(load: Load): Promise<void>;
  stop(): Promise<void>;
};
export type LoadResult = v.InferOutput<typeof loadSchema>;

/** A process that sends requests as fast as they are answered. Throws when a single one was refused: its rate would mean nothing. */
export async function startLoad(): Promise<LoadProcess> {
  const part = await startPart('load', {});
  return {
    pid: part.pid,
    warmUp: async (load) => void (await part.ask(loadSchema, load)),
    async run(load) {
      const result = await part.ask(loadSchema, load);
      if (result.refused > 0 || result.errors > 0 || result.ok === 0) {
        throw new Error(`${load.url} answered ${result.ok}, refused ${result.refused}, broke ${result.errors}`);
      }
      return result;
    },
    stop: () => part.stop(),
  };
}
