import { setTimeout as sleep } from 'node:timers/promises';
import type { Hono } from 'hono';
import { createManualClock } from '../platform/clock.ts';
import { OperatingError } from '../platform/operating-error.ts';
import { systemRandom } from '../platform/random.ts';
import type { ScriptClient } from '../redis/script-client.ts';
import { signAccessPass } from '../tokens/access-pass.sign.ts';
import { generateEdgeKeySet } from '../tokens/generate-keys.ts';
import type { EdgeKeySet } from '../tokens/key-set.ts';
import { signQueueTicket } from '../tokens/queue-ticket.sign.ts';
import { createEdgeApp } from './app.ts';
import { loadEdgeKeys, type EdgeKeys } from './edge-keys.ts';
import { createKeptAnswers, type KeptAnswers } from './gate/kept-answers.ts';
import type { EdgeEnv } from './http/context.ts';
import { readWebBody } from './http/read-body.ts';
import type { EdgeConfig, EdgePorts, TurnstileConfig } from './ports.ts';
import { READ_GAP_MS } from './rooms/room-memory.ts';

/** What core got, as the gate sent it. */
export type CoreRequest = { method: string; url: string; headers: Headers; body: string };

export type EdgeFixture = {
  app: Hono<EdgeEnv>;
  /** A request of a browser, `patiently`: for tests whose store is well. */
  ask: (path: string, init?: RequestInit) => Promise<Response>;
  clock: ReturnType<typeof createManualClock>;
  config: EdgeConfig;
  keys: EdgeKeys;
  /** What the app keeps of core's answers. */
  keptAnswers: KeptAnswers;
  /** How often a client of the store was used at all. */
  storeCalls: () => number;
  coreRequests: CoreRequest[];
  ticket: (room?: string, over?: { ticketId?: string; score?: string; nowMs?: number }) => Promise<string>;
  pass: (room?: string, over?: { sessionEndsAtMs?: number; nowMs?: number }) => Promise<string>;
};

export const TICKET_ID = 'AAAAAAAAAAAAAAAAAAAAAA';
const START_MS = 1_800_000_000_000;

export type FixtureOptions = {
  origin?: string;
  nowMs?: number;
  store?: () => ScriptClient;
  core?: (request: Request) => Promise<Response>;
  turnstile?: TurnstileConfig;
  /** The private key set; a new one when left out. */
  keySet?: EdgeKeySet;
  over?: Partial<EdgePorts>;
};

/** The edge with keys of its own, a clock that stands, a core that notes what it gets, and a store that must not be used. */
export async function createEdgeFixture(options: FixtureOptions = {}): Promise<EdgeFixture> {
  const config = {
    origin: options.origin ?? 'https://tickets.example',
    coreUrl: 'http://core.internal:3000',
    feedUrl: 'wss://feed.example',
    coreSecret: 'shared-secret',
    instance: 'test',
    turnstile: options.turnstile ?? null,
  };
  const keySet = options.keySet ?? (await generateEdgeKeySet());
  const keys = await loadEdgeKeys(JSON.stringify(keySet), config.origin);
  const clock = createManualClock(options.nowMs ?? START_MS);
  const coreRequests: CoreRequest[] = [];
  let storeCalls = 0;
  const keptAnswers = createKeptAnswers(clock);
  const ports: EdgePorts = {
    store: () => counting(options.store?.() ?? NO_STORE, () => (storeCalls += 1)),
    cache: null,
    assets: () => Promise.resolve(new Response(null, { status: 404 })),
    core: async (request) => {
      const { method, url, headers } = request;
      coreRequests.push({ method, url, headers, body: await request.clone().text() });
      return options.core?.(request) ?? Response.json({ from: 'core' });
    },
    turnstile: (request) => fetch(request),
    readBody: readWebBody,
    clientAddress: () => '203.0.113.7',
    clock,
    random: systemRandom,
    log: { info: () => {}, warn: () => {}, error: () => {} },
    config,
    keys,
    ...options.over,
  };
  const app = createEdgeApp(ports, keptAnswers);
  const issuer = config.origin;
  return {
    app,
    // A clock that stands would keep a failed read of the room for ever.
    ask: (path, init) =>
      patiently(
        async () => app.request(path, init),
        () => clock.advance(READ_GAP_MS),
      ),
    clock,
    config,
    keys,
    keptAnswers,
    coreRequests,
    storeCalls: () => storeCalls,
    ticket: (room = 'demo', over = {}) =>
      signQueueTicket(keys.queueKey, {
        issuer,
        room,
        ticketId: TICKET_ID,
        lane: 'general',
        score: '7',
        nowMs: clock.nowMs(),
        ...over,
      }),
    pass: (room = 'demo', over = {}) => {
      const nowMs = clock.nowMs();
      const sessionEndsAtMs = nowMs + 600_000;
      return signAccessPass(keys.passKey, {
        issuer,
        room,
        ticketId: TICKET_ID,
        lane: 'general',
        sessionEndsAtMs,
        nowMs,
        ...over,
      });
    },
  };
}

/** How long a browser goes on asking a store that is slow, ms. */
const PATIENCE_MS = 20_000;

/**
 * Asks again when `Retry-After` says so, as long as the store is too slow for the edge (503 `store_unavailable`): on a busy machine a
 * store that is well may be, and the edge is right to say so. Every other answer is the last.
 */
export async function patiently(ask: () => Promise<Response>, beforeAgain = () => {}): Promise<Response> {
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    const answer = await ask();
    if (answer.status !== 503 || performance.now() > until) return answer;
    if (!(await answer.clone().text()).includes('"store_unavailable"')) return answer;
    await sleep(1000 * Number(answer.headers.get('retry-after') ?? 1));
    beforeAgain();
  }
}

/** The code and the problem of a refusal. */
export async function problemOf(
  response: Response,
): Promise<{ status: number; code: unknown; body: Record<string, unknown> }> {
  const body: unknown = await response.json();
  const fields = typeof body === 'object' && body !== null ? { ...body } : {};
  return { status: response.status, code: 'code' in fields ? fields.code : undefined, body: fields };
}

const refuse = () => Promise.reject(new Error('this test has no store'));
const NO_STORE: ScriptClient = { run: refuse, get: refuse, isMember: refuse };

const beAway = () => Promise.reject(new OperatingError('store_unavailable'));
/** A store that is away. */
export const STORE_AWAY: ScriptClient = { run: beAway, get: beAway, isMember: beAway };

function counting(store: ScriptClient, count: () => void): ScriptClient {
  const counted =
    <A extends unknown[], R>(command: (...args: A) => R) =>
    (...args: A): R => {
      count();
      return command(...args);
    };
  return {
    run: counted(store.run.bind(store)),
    get: counted(store.get.bind(store)),
    isMember: counted(store.isMember.bind(store)),
  };
}
