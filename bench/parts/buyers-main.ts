import { Redis } from 'ioredis';
import * as v from 'valibot';
import { newTicketId } from '../../platform/random.ts';
import { accessKey } from '../../redis/keys.ts';
import { signAccessPass } from '../../tokens/access-pass.sign.ts';
import { nodeEd25519 } from '../../tokens/ed25519.node.ts';
import { ed25519SigningKey, okpKeySetSchema } from '../../tokens/key-set.ts';
import { buy, holdRequest, payAtSandbox, payByEvent, type Bought, type Buyer, type Pay } from './buyer.ts';
import { openHttpLine, type HttpLine } from './http-line.ts';
import { servePart } from './serve-part.ts';
import { ORIGIN, ROOM } from './shop.ts';

const settingsSchema = v.object({ redisUrl: v.string(), passKeys: okpKeySetSchema });
const questionSchema = v.variant('ask', [
  v.object({ ask: v.literal('admit'), buyers: v.number() }),
  v.object({
    ask: v.literal('run'),
    url: v.string(),
    /** `book` goes through to the paid event; `hold` only holds; anything else is the path that the hold's bytes go to. */
    flow: v.string(),
    count: v.number(),
    clients: v.number(),
    /** The first buyer's seat; the others follow. Null: all want a standing place. */
    firstSeat: v.nullable(v.number()),
    /** How many different seats there are to want; as many as buyers unless said. */
    seats: v.optional(v.number()),
    keepTold: v.optional(v.boolean(), false),
    /** Where buyers pay; else the load tells core of each payment itself. */
    sandboxUrl: v.optional(v.string()),
  }),
]);
type Run = Extract<v.InferOutput<typeof questionSchema>, { ask: 'run' }>;

const SESSION_MS = 3_600_000;
/** Access keys written in one go. */
const AT_ONCE = 1000;

/** Buyers in one process, a connection for each client, requests made before the clock starts where they can be. */
await servePart(settingsSchema, async ({ redisUrl, passKeys }) => {
  const redis = new Redis(redisUrl);
  const key = await ed25519SigningKey(passKeys, nodeEd25519);
  const admitted: { ticketId: string; pass: string }[] = [];

  const admit = async (buyers: number): Promise<void> => {
    const sessionEndsAtMs = Date.now() + SESSION_MS;
    while (admitted.length < buyers) {
      const ids = Array.from({ length: Math.min(AT_ONCE, buyers - admitted.length) }, () => newTicketId());
      await redis.mset(ids.flatMap((id) => [accessKey(ROOM, id), `${sessionEndsAtMs} session`]));
      const pass = { issuer: ORIGIN, room: ROOM, lane: 'general', sessionEndsAtMs, nowMs: Date.now() };
      for (const ticketId of ids) admitted.push({ ticketId, pass: await signAccessPass(key, { ...pass, ticketId }) });
    }
  };

  const toBuyer = ({ firstSeat, seats = Infinity }: Run, n: number): Buyer => {
    const { ticketId, pass } = admitted[n % admitted.length] ?? { ticketId: '', pass: '' };
    return { ticketId, pass, seat: firstSeat === null ? null : firstSeat + (n % seats) };
  };

  const run = async (wanted: Run): Promise<object> => {
    const { url, flow, count, clients, keepTold } = wanted;
    const path = flow === 'book' || flow === 'hold' ? '/v1/holds' : flow;
    const buyers = Array.from({ length: count }, (_, n) => toBuyer(wanted, n));
    const queue = buyers.map((buyer) => ({ buyer, request: holdRequest(buyer, path) })).values();
    const lines = await Promise.all(Array.from({ length: clients }, () => openHttpLine(url)));
    const results: Bought[] = [];
    const pays = await Promise.all(lines.map(() => toPay(wanted)));
    const startedAt = performance.timeOrigin + performance.now();
    const client = async (line: HttpLine, pay: Pay): Promise<void> => {
      for (const { buyer, request } of queue) {
        if (flow === 'book') results.push(await buy(line, buyer, request, pay));
        else {
          const began = performance.now();
          const { status, body } = await line.send(request);
          results.push({
            holdMs: performance.now() - began,
            ...(status < 300 ? {} : { refused: `${status} ${body.slice(0, 200)}` }),
          });
        }
      }
    };
    await Promise.all(lines.map((line, i) => client(line, pays[i] ?? payByEvent)));
    const seconds = (performance.timeOrigin + performance.now() - startedAt) / 1000;
    for (const line of lines) line.close();
    return { startedAt, seconds, ...sumUp(results, keepTold) };
  };

  return {
    ready: {},
    async answer(question) {
      const asked = v.parse(questionSchema, question);
      return asked.ask === 'run' ? run(asked) : admit(asked.buyers).then(() => ({}));
    },
  };
});

const toPay = async ({ sandboxUrl }: Run): Promise<Pay> =>
  sandboxUrl === undefined ? payByEvent : payAtSandbox(await openHttpLine(sandboxUrl));

function sumUp(results: readonly Bought[], keepTold: boolean): object {
  const refused: Record<string, number> = {};
  for (const one of results) if (one.refused !== undefined) refused[one.refused] = (refused[one.refused] ?? 0) + 1;
  return {
    done: results.filter((one) => one.refused === undefined).length,
    refused,
    hold: percentiles(results.map((one) => one.holdMs)),
    book: percentiles(results.flatMap((one) => one.bookMs ?? [])),
    told: keepTold ? results.flatMap((one) => one.told ?? []) : [],
  };
}

function percentiles(values: readonly number[]): { p50Ms: number; p99Ms: number } {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return { p50Ms: at(0.5), p99Ms: at(0.99) };
}
