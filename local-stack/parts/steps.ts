import { setTimeout as pause } from 'node:timers/promises';
import * as v from 'valibot';
import { buildAll } from '../build/bundle.ts';
import { seedDemo } from '../demo/seed.ts';
import { StackError } from '../stack-error.ts';
import type { Part } from '../supervisor/part.ts';
import type { StackSettings } from './settings.ts';
import { addressesOf } from './settings.ts';
import type { StoreAddresses } from './stores.ts';

export type SeededRooms = Record<string, { performances: string[] }>;

const ANSWER_TIMEOUT_MS = 30_000;
const REQUEST_TIMEOUT_MS = 2_000;
const POLL_MS = 50;

/** Bundles the services, the Worker and the pages. */
export function buildPart({ root }: StackSettings): Part {
  return {
    name: 'build',
    needs: [],
    start: async () => {
      const { files, workerGzipBytes = 0 } = await buildAll(root).catch((cause: unknown) => {
        const message = cause instanceof Error ? cause.message : String(cause);
        throw new StackError(message, { fix: 'Mend the file and line named above.', cause });
      });
      return { note: `${files} files, Worker ${(workerGzipBytes / 1024).toFixed(1)} KB gzip` };
    },
  };
}

/** Puts the demo's rooms and performances in place; the same rows on every start. */
export function seedPart(addresses: StoreAddresses, seeded: (rooms: SeededRooms) => void): Part {
  return {
    name: 'seed',
    needs: ['migrations'],
    start: async () => {
      const { added, rooms } = await seedDemo({ databaseUrl: addresses.databaseUrl });
      seeded(rooms);
      return { note: added.length === 0 ? 'nothing new' : `added ${added.join(', ')}` };
    },
  };
}

/** Asks through the front door: the edge with its store, and behind the gate the core with its database. */
export function answersPart(settings: StackSettings, rooms: () => SeededRooms): Part {
  const { edgeUrl } = addressesOf(settings);
  return {
    name: 'answers',
    needs: ['core', 'admission-worker', 'feed', 'edge', 'seed', 'mailbox'],
    start: async () => {
      const [performance = ''] = Object.values(rooms()).flatMap(({ performances }) => performances);
      for (const path of ['/readyz', '/.well-known/jwks.json', `/api/core/v1/performances/${performance}`]) {
        await untilOk(`${edgeUrl}${path}`);
      }
      // A room takes joins from its first tick on; an old board in Redis may stand from the start before.
      for (const room of Object.keys(rooms())) await untilOk(`${edgeUrl}/api/rooms/${room}/board`, isTicking);
      return { note: 'the edge, the core through it, and every room' };
    },
  };
}

const isTicking = (board: unknown): boolean => v.is(v.object({ stale: v.optional(v.literal(false)) }), board);

async function untilOk(url: string, isGood?: (body: unknown) => boolean): Promise<void> {
  const until = Date.now() + ANSWER_TIMEOUT_MS;
  for (;;) {
    const answer = await fetch(url, { signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) }).then(
      async (response) => {
        const text = await response.text();
        const good = response.ok && (isGood === undefined || isGood(JSON.parse(text)));
        return good ? undefined : `${response.status} ${text.slice(0, 500)}`;
      },
      (error: unknown) => String(error),
    );
    if (answer === undefined) return;
    if (Date.now() > until)
      throw new StackError(`GET ${url} was still refused after ${ANSWER_TIMEOUT_MS / 1_000} s: ${answer}`);
    await pause(POLL_MS);
  }
}
