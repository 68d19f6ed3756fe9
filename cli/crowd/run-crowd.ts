import { randomBytes, randomInt } from 'node:crypto';
import { systemClock } from '../../platform/clock.ts';
import { CommandError } from '../command-error.ts';
import { readReadyFile } from '../read-ready-file.ts';
import { createAgenda, type AgendaItem } from './agenda.ts';
import { createCalls } from './calls.ts';
import { dealCharacter, usualRampMs } from './character.ts';
import { createFeedLine } from './feed-line.ts';
import { createHttp, sourceAddresses } from './http.ts';
import { endLive, formatLive, livePeriodMs, showLive } from './live-line.ts';
import { createMarket } from './market.ts';
import { createSeededRandom } from './seeded-random.ts';
import { join } from './stand-in-line.ts';
import { untilAskedToStop } from './stop-signals.ts';
import { formatSummary } from './summary.ts';
import { createTally } from './tally.ts';
import { gone, moveTo, type Crowd, type Step, type Visitor } from './visitor.ts';

export type CrowdOptions = {
  visitors: number;
  readyFile: string;
  room: string;
  seconds?: number;
  seed?: number;
  ramp?: number;
};

/** Visitors that make a call at the same time at most; the others' calls wait a moment, as behind a slow line. */
const MAX_RUNNING = 256;
/** Randomness of what visitors do must not repeat that of who they are. */
const DEEDS_STREAM_OFFSET = 1_000_000;

/**
 * Sends a crowd through a stack and resolves with the exit code when the last has gone, the time is over or somebody stops it: 1 when
 * anything happened that a well-behaved stack does not do. Errors: CommandError.
 */
export async function runCrowd(options: CrowdOptions, out: (text: string) => void): Promise<number> {
  const { visitors, room } = options;
  const ready = await readReadyFile(options.readyFile);
  const performances = ready.rooms[room]?.performances;
  if (performances === undefined || performances.length === 0) {
    throw new CommandError(`The ready file knows no room ${room} with something to sell.`, {
      fix: `Its rooms are: ${Object.keys(ready.rooms).join(', ') || 'none'}.`,
    });
  }
  const seed = options.seed ?? randomInt(2 ** 32);
  const clock = systemClock;
  const startedMs = clock.nowMs();
  const tally = createTally();
  const agenda = createAgenda({ clock, maxRunning: MAX_RUNNING, setTimer });
  const items = new Map<Visitor, AgendaItem>();
  const addresses = sourceAddresses(ready.edgeUrl, visitors);
  const crowd: Crowd = {
    edgeUrl: ready.edgeUrl,
    room,
    clock,
    addresses,
    http: createHttp(addresses),
    tally,
    market: createMarket(performances),
    feed: createFeedLine(clock),
    wake: (visitor) => {
      const item = items.get(visitor);
      if (item !== undefined) agenda.wake(item);
    },
    runId: randomBytes(6).toString('hex'),
  };
  const rampMs = options.ramp === undefined ? usualRampMs(visitors) : options.ramp * 1000;
  for (let number = 1; number <= visitors; number += 1) {
    const visitor = createVisitor(crowd, seed, number, rampMs);
    const item = itemOf(visitor, () => items.delete(visitor));
    items.set(visitor, item);
    agenda.add(item, visitor.who.comesAfterMs);
  }
  const stop = untilAskedToStop(options.seconds);
  const live = showWhile(() => formatLive(tally.snapshot(clock.nowMs()), visitors));
  await Promise.race([agenda.finished, stop.asked]);
  agenda.stop();
  stop.forget();
  // Taken before the connections are cut, so that their cutting counts as nothing.
  const code = tally.unexpected.size > 0 ? 1 : 0;
  live.end();
  out(`\n${formatSummary({ tally, visitors, seed, room, startedMs, nowMs: clock.nowMs() })}`);
  crowd.feed.closeAll();
  await crowd.http.close();
  return code;
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

/** Shows the line again and again, and once more at the end. */
function showWhile(format: () => string): { end: () => void } {
  const show = (): void => showLive(process.stdout, format());
  const timer = setInterval(show, livePeriodMs(process.stdout));
  return {
    end: () => {
      clearInterval(timer);
      show();
      endLive(process.stdout);
    },
  };
}
