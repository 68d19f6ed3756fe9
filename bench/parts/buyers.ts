import * as v from 'valibot';
import type { Told } from '../../tests/checker/history.ts';
import { startPart } from './part.ts';
import type { Shop } from './shop.ts';

const percentilesSchema = v.object({ p50Ms: v.number(), p99Ms: v.number() });
const toldSchema = v.object({
  kind: v.literal('booked'),
  bookingId: v.string(),
  holdId: v.string(),
  seats: v.array(v.string()),
  places: v.record(v.string(), v.number()),
  totalMinor: v.number(),
  currency: v.string(),
});
const resultSchema = v.object({
  /** Ms since 1970. */
  startedAt: v.number(),
  seconds: v.number(),
  done: v.number(),
  refused: v.record(v.string(), v.number()),
  hold: percentilesSchema,
  book: percentilesSchema,
  told: v.array(toldSchema) satisfies v.GenericSchema<Told[]>,
});

/** What a crowd of buyers came to: how many went through, by which code the others were refused, and how long answers took. */
export type CrowdResult = v.InferOutput<typeof resultSchema>;

export type CrowdPlan = {
  url: string;
  /** `book`: hold, booking, paid event. `hold`: only that. A path: the hold's bytes go there. */
  flow: 'book' | 'hold' | `/${string}`;
  count: number;
  clients: number;
  /** The first buyer's seat, the next ones follow; null: a standing place each. */
  firstSeat: number | null;
  /** Different seats to want; buyers beyond them want the same again. */
  seats?: number;
  keepTold?: boolean;
  sandboxUrl?: string;
};

/** The one load process of a bench. */
export type Buyers = { pid: number; run(plan: CrowdPlan): Promise<CrowdResult>; stop(): Promise<void> };

/** Starts it and lets so many buyers in; they come in turn, so that a later run meets passes that are known. */
export async function startBuyers({ redisUrl, passKeys }: Shop, admitted: number): Promise<Buyers> {
  const part = await startPart('buyers', { redisUrl, passKeys });
  await part.ask(v.object({}), { ask: 'admit', buyers: admitted });
  return {
    pid: part.pid,
    run: (plan) => part.ask(resultSchema, { ask: 'run', ...plan }),
    stop: () => part.stop(),
  };
}
