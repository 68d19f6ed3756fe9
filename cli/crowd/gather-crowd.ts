import { randomBytes } from 'node:crypto';
import type { ReadyFile } from '../../contracts/ready-file.ts';
import type { Clock } from '../../platform/clock.ts';
import { createAgenda, type AgendaItem } from './agenda.ts';
import { createCalls } from './calls.ts';
import { dealCharacter } from './character.ts';
import { createFeedLine } from './feed-line.ts';
import { createHttp, sourceAddresses } from './http.ts';
import { createMarket } from './market.ts';
import { createSeededRandom } from './seeded-random.ts';
import { join } from './stand-in-line.ts';
import { createTally, type Tally } from './tally.ts';
import { gone, moveTo, type Crowd, type Step, type Visitor } from './visitor.ts';

export type Gathering = {
  ready: Pick<ReadyFile, 'edgeUrl'>;
  room: string;
  performances: readonly string[];
  visitors: number;
  seed: number;
  /** How long it takes until all have come. */
  rampMs: number;
  clock: Clock;
};

/** A crowd on its way. */
export type GatheredCrowd = {
  tally: Tally;
  /** Resolves when the last visitor has gone, or after `stop`. */
  finished: Promise<void>;
  /** Nobody makes a further step. */
  stop(): void;
  /** Cuts every connection, with what is on its way. */
  disconnect(): Promise<void>;
};

/** Visitors that make a call at the same time at most; the others' calls wait a moment, as behind a slow line. */
const MAX_RUNNING = 256;
/** Randomness of what visitors do must not repeat that of who they are. */
const DEEDS_STREAM_OFFSET = 1_000_000;

/** Sends visitors 1 to `visitors` of a seed on their way, all at once by one timer. */
export function gatherCrowd({ ready, room, performances, visitors, seed, rampMs, clock }: Gathering): GatheredCrowd {
  const agenda = createAgenda({ clock, maxRunning: MAX_RUNNING, setTimer });
  const items = new Map<Visitor, AgendaItem>();
  const addresses = sourceAddresses(ready.edgeUrl, visitors);
  const crowd: Crowd = {
    edgeUrl: ready.edgeUrl,
    room,
    clock,
    addresses,
    http: createHttp(addresses),
    tally: createTally(),
    market: createMarket(performances),
    feed: createFeedLine(clock),
    wake: (visitor) => {
      const item = items.get(visitor);
      if (item !== undefined) agenda.wake(item);
    },
    runId: randomBytes(6).toString('hex'),
  };
  for (let number = 1; number <= visitors; number += 1) {
    const visitor = createVisitor(crowd, seed, number, rampMs);
    const item = itemOf(visitor, () => items.delete(visitor));
    items.set(visitor, item);
    agenda.add(item, visitor.who.comesAfterMs);
  }
  return {
    tally: crowd.tally,
    finished: agenda.finished,
    stop: () => agenda.stop(),
    async disconnect() {
      crowd.feed.closeAll();
      await crowd.http.close();
    },
  };
}

function createVisitor(crowd: Crowd, seed: number, number: number, rampMs: number): Visitor {
  const { tally, http, edgeUrl, room } = crowd;
  const count = (): void => {
    tally.totals.requests += 1;
    if (visitor.phase === 'waiting') tally.totals.waitingRequests += 1;
  };
  const visitor: Visitor = {
    who: dealCharacter(seed, number, rampMs),
    random: createSeededRandom(seed, DEEDS_STREAM_OFFSET + number),
    calls: createCalls(http, { edgeUrl, room, address: number, count }),
    crowd,
    phase: 'coming',
    troubles: 0,
  };
  tally.move(null, 'coming');
  return visitor;
}

/** A visitor as the agenda runs it: one step a time, until gone. */
function itemOf(visitor: Visitor, onGone: () => void): AgendaItem {
  const { tally } = visitor.crowd;
  let step: Step = join;
  return {
    async run() {
      const { troubles } = visitor;
      const next = await step(visitor).catch((error: unknown) => {
        tally.surprised('crowd', error instanceof Error ? error.message : String(error));
        return gone('failed');
      });
      if (visitor.troubles === troubles) visitor.troubles = 0;
      if (next.kind === 'then') {
        ({ step } = next);
        return next.afterMs;
      }
      moveTo(visitor, 'gone');
      tally.ended(next.outcome);
      onGone();
      return null;
    },
  };
}

function setTimer(callback: () => void, afterMs: number): () => void {
  const timer = setTimeout(callback, afterMs);
  return () => clearTimeout(timer);
}
