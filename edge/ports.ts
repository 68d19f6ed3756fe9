import type { Clock } from '../platform/clock.ts';
import type { Random } from '../platform/random.ts';
import type { ScriptClient } from '../redis/script-client.ts';
import type { EdgeKeys } from './edge-keys.ts';
import type { EdgeLog } from './log.ts';

/** A cache that several isolates of one place share (workerd's Cache API). Entries are texts that live a second. */
export type SharedCache = {
  get(key: string): Promise<string | null>;
  put(key: string, text: string): Promise<void>;
};

/** Turnstile for the rooms that ask for it: the widget's public key and script, and the verifier with its secret. */
export type TurnstileConfig = { siteKey: string; scriptUrl: string; secret: string; verifyUrl: string };

/** What the edge is told at its start; see config.ts for the variables. */
export type EdgeConfig = {
  /** Public origin: `iss` of our tokens, and the only Origin that may use our cookies. */
  origin: string;
  coreUrl: string;
  /** Where browsers reach the feed; `/rooms/{room}` and `/performances/{id}` follow it. */
  feedUrl: string;
  coreSecret: string;
  /** Part of the cookie names over plain http. */
  instance: string;
  /** Null where none is set up: rooms that ask for it then let nobody join. */
  turnstile: TurnstileConfig | null;
};

/** Everything the app needs of its runtime; `worker.ts` fills it from workerd's bindings. */
export type EdgePorts = {
  /** The client that a request is given; the same one for all, where it holds no connection of a request. */
  store: () => ScriptClient;
  /** Null where the runtime has none. */
  cache: SharedCache | null;
  /** Static files of web/. */
  assets: (request: Request) => Promise<Response>;
  /** The whole body as it comes, null when there is none; at most so many bytes, else `too_large` before the rest has come. */
  readBody: (request: Request, maxBytes: number) => Promise<Uint8Array<ArrayBuffer> | null | 'too_large'>;
  /** Fetches from core. */
  core: (request: Request) => Promise<Response>;
  /** Fetches from Turnstile's verifier. */
  turnstile: (request: Request) => Promise<Response>;
  /** The visitor's address as the runtime vouches for it. */
  clientAddress: (request: Request) => string;
  clock: Clock;
  random: Random;
  log: EdgeLog;
  config: EdgeConfig;
  keys: EdgeKeys;
};
