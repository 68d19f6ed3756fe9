import { TURNSTILE_VARIABLES } from '../../edge/config.ts';
import type { StackKeys } from '../supervisor/keys.ts';
import type { EdgeRuntime, PaymentsChoice } from '../supervisor/options.ts';
import { claimPort, reservePort } from '../process/free-port.ts';
import { StackError } from '../stack-error.ts';

/** What all parts are told; addresses are fixed before anything starts, because the parts need each other's. */
export type StackSettings = {
  root: string;
  dataFolder: string;
  keys: StackKeys;
  ports: { edge: number; core: number; feed: number; rest: number; sandbox: number; mailbox: number; smtp: number };
  external: ExternalStores;
  edge: EdgeRuntime;
  payments: PaymentsChoice;
  /** The environment has a key of Stripe's own: no stand-in is needed. */
  hasStripeKey: boolean;
  /** Variables of the edge that the environment sets for rooms which ask for Turnstile. */
  turnstile: Record<string, string>;
};

/** Stores of the environment that replace embedded ones. */
export type ExternalStores = {
  databaseUrl: string | undefined;
  redisUrl: string | undefined;
  rest: { url: string; token: string } | undefined;
};

export const DEFAULT_EDGE_PORT = 8787;

/** Addresses that follow from the settings. */
export function addressesOf({ ports, external, keys }: StackSettings): {
  edgeUrl: string;
  coreUrl: string;
  feedUrl: string;
  restUrl: string;
  restToken: string;
  sandboxUrl: string;
  mailboxUrl: string;
  smtpUrl: string;
} {
  return {
    edgeUrl: `http://127.0.0.1:${ports.edge}`,
    coreUrl: `http://127.0.0.1:${ports.core}`,
    feedUrl: `ws://127.0.0.1:${ports.feed}`,
    restUrl: external.rest?.url ?? `http://127.0.0.1:${ports.rest}`,
    restToken: external.rest?.token ?? keys.restToken,
    sandboxUrl: `http://127.0.0.1:${ports.sandbox}`,
    mailboxUrl: `http://127.0.0.1:${ports.mailbox}`,
    smtpUrl: `smtp://127.0.0.1:${ports.smtp}`,
  };
}

/** Reads which stores the environment replaces. Errors: StackError for a pair that can't work. */
export function readExternalStores(env: NodeJS.ProcessEnv): ExternalStores {
  const databaseUrl = nonEmpty(env['DATABASE_URL']);
  const redisUrl = nonEmpty(env['REDIS_URL']);
  const url = nonEmpty(env['UPSTASH_REDIS_REST_URL']);
  const token = nonEmpty(env['UPSTASH_REDIS_REST_TOKEN']);
  if (url === undefined && token === undefined) return { databaseUrl, redisUrl, rest: undefined };
  if (url === undefined || token === undefined) {
    const [given, lacking] = ['UPSTASH_REDIS_REST_URL', 'UPSTASH_REDIS_REST_TOKEN'].toSorted((name) =>
      env[name] ? -1 : 1,
    );
    throw new StackError(`${given} is set but ${lacking} is not.`, {
      fix: 'Set both, or neither to use the embedded front.',
    });
  }
  if (redisUrl === undefined) {
    throw new StackError(
      'UPSTASH_REDIS_REST_URL is set but REDIS_URL is not: the edge would use that Redis and all other parts the ' +
        'embedded one, so nobody would ever be let in.',
      { fix: 'Set REDIS_URL to the same Redis, or unset UPSTASH_REDIS_REST_URL and UPSTASH_REDIS_REST_TOKEN.' },
    );
  }
  return { databaseUrl, redisUrl, rest: { url, token } };
}

/** What the environment says of Turnstile, for the edge to judge; nothing where it says nothing. */
export function readTurnstile(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(Object.keys(TURNSTILE_VARIABLES).flatMap((name) => (env[name] ? [[name, env[name]]] : [])));
}

/**
 * Chooses the ports; the edge's is the wished one (0 = a free one), else the one remembered, else 8787, else a free one. Errors:
 * StackError when the wish is taken.
 */
export async function choosePorts(
  wishedEdgePort: number | undefined,
  remembered?: number,
): Promise<StackSettings['ports']> {
  const others = new Set<number>();
  while (others.size < 6) others.add(await reservePort());
  const [core = 0, feed = 0, rest = 0, sandbox = 0, mailbox = 0, smtp = 0] = others;
  if (wishedEdgePort !== undefined && wishedEdgePort !== 0 && !(await claimPort(wishedEdgePort))) {
    throw new StackError(`Port ${wishedEdgePort} of 127.0.0.1 can't be used: it is taken, or reserved for root.`, {
      fix: 'Choose another with --port N, or leave it out to get a free one.',
    });
  }
  return {
    edge: wishedEdgePort || (await firstFree(wishedEdgePort, remembered)),
    core,
    feed,
    rest,
    sandbox,
    mailbox,
    smtp,
  };
}

async function firstFree(wish: number | undefined, remembered: number | undefined): Promise<number> {
  for (const port of wish === 0 ? [] : [remembered, DEFAULT_EDGE_PORT]) {
    if (port !== undefined && (await claimPort(port))) return port;
  }
  return reservePort();
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === undefined || text === '' ? undefined : text;
}
