import * as v from 'valibot';
import { startPart } from './part.ts';

const resultSchema = v.object({ perSecond: v.number(), refused: v.number(), p50Ms: v.number(), p99Ms: v.number() });

/** What a crowd of searchers came to: searches answered a second, how many were refused or took too long, and how long answers took. */
export type SearchResult = v.InferOutput<typeof resultSchema>;

/** Core to search at, or a database itself, to which each client then has a connection. */
export type SearchPlan = { url: string; clients: number; texts: readonly string[] };

/** A process of people who search without a pause. */
export type Searchers = {
  /** Has them search while `work` goes on. */
  during<T>(plan: SearchPlan, work: () => Promise<T>): Promise<{ done: T; searched: SearchResult }>;
  stop(): Promise<void>;
};

/** Starts it; nobody searches yet. */
export async function startSearchers(): Promise<Searchers> {
  const part = await startPart('searchers', {});
  return {
    async during(plan, work) {
      await part.ask(v.object({}), { ask: 'begin', ...plan });
      const done = await work();
      return { done, searched: await part.ask(resultSchema, { ask: 'end' }) };
    },
    stop: () => part.stop(),
  };
}
