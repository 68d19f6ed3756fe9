import * as v from 'valibot';
import { startPart } from './part.ts';

const answerSchema = v.object({
  open: v.number(),
  heard: v.array(v.object({ tick: v.number(), count: v.number(), firstMs: v.number(), lastMs: v.number() })),
});

/** Tokens sent to the crowd in one message. */
const AT_ONCE = 500;

/** A process full of sockets of one room. */
export type Crowd = {
  /** Opens a socket for each token; resolves when all have shaken hands. */
  open(url: string, tokens: string[]): Promise<void>;
  /** Ticks heard since the last opening. */
  heard(): Promise<v.InferOutput<typeof answerSchema>['heard']>;
  closeAll(): Promise<void>;
  /** Processor time so far, in µs. */
  cpu(): Promise<number>;
  stop(): Promise<void>;
};

/** Starts an empty crowd. */
export async function startCrowd(): Promise<Crowd> {
  const part = await startPart('crowd', {});
  return {
    async open(url, tokens) {
      for (let at = 0; at < tokens.length; at += AT_ONCE) {
        await part.ask(answerSchema, { ask: 'open', url, tokens: tokens.slice(at, at + AT_ONCE) });
      }
    },
    heard: async () => (await part.ask(answerSchema, { ask: 'heard' })).heard,
    closeAll: async () => void (await part.ask(answerSchema, { ask: 'close' })),
    cpu: () => part.ask(v.number(), { ask: 'cpu' }),
    stop: () => part.stop(),
  };
}
