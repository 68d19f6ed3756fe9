import * as v from 'valibot';
import { startPart } from './part.ts';

/** What came of a load. */
export const loadResultSchema = v.object({
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
export type LoadResult = v.InferOutput<typeof loadResultSchema>;

/** What may be refused or broken of a load: one of thousands comes too late where a machine hiccups, and whoever reports says so. */
const MAX_LOST_SHARE = 0.001;

/** How many of a load's requests got no answer that counts. */
export const lostOf = ({ refused, errors }: LoadResult): number => refused + errors;

/** A process that sends requests as fast as they are answered. Throws when more than `MAX_LOST_SHARE` were lost: the rate would mean nothing. */
export async function startLoad(): Promise<LoadProcess> {
  const part = await startPart('load', {});
  return {
    pid: part.pid,
    warmUp: async (load) => void (await part.ask(loadResultSchema, load)),
    run: async (load) => requireAnswers(load, await part.ask(loadResultSchema, load)),
    stop: () => part.stop(),
  };
}

/** The result, or throws when too many requests were lost. */
export function requireAnswers({ url, requests }: Pick<Load, 'url' | 'requests'>, result: LoadResult): LoadResult {
  if (result.ok === 0 || lostOf(result) > MAX_LOST_SHARE * requests)
    throw new Error(`${url} answered ${result.ok}, refused ${result.refused}, broke ${result.errors}`);
  return result;
}
