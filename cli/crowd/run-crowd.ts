import { randomInt } from 'node:crypto';
import { systemClock } from '../../platform/clock.ts';
import { CommandError } from '../command-error.ts';
import { readReadyFile } from '../read-ready-file.ts';
import { usualRampMs } from './character.ts';
import { gatherCrowd } from './gather-crowd.ts';
import { endLive, formatLive, livePeriodMs, showLive, type LineOutput } from './live-line.ts';
import { untilAskedToStop } from './stop-signals.ts';
import { formatSummary } from './summary.ts';

export type CrowdOptions = {
  visitors: number;
  readyFile: string;
  room: string;
  seconds?: number;
  seed?: number;
  ramp?: number;
};

/**
 * Sends a crowd through a stack and resolves with the exit code when the last has gone, the time is over or somebody stops it: 1 when
 * anything happened that a well-behaved stack does not do. Errors: CommandError.
 */
export async function runCrowd(options: CrowdOptions, output: LineOutput): Promise<number> {
  const { visitors, room } = options;
  const ready = await readReadyFile(options.readyFile);
  const performances = ready.rooms[room]?.performances;
  if (performances === undefined || performances.length === 0) {
    throw new CommandError(`The ready file knows no room ${room} with something to sell.`, {
      fix: `Its rooms are: ${Object.keys(ready.rooms).join(', ') || 'none'}.`,
    });
  }
  const seed = options.seed ?? randomInt(2 ** 32);
  const rampMs = options.ramp === undefined ? usualRampMs(visitors) : options.ramp * 1000;
  const clock = systemClock;
  const startedMs = clock.nowMs();
  const crowd = gatherCrowd({ ready, room, performances, visitors, seed, rampMs, clock });
  const { tally } = crowd;
  const stop = untilAskedToStop(options.seconds);
  const live = showWhile(output, (columns) => formatLive(tally.snapshot(clock.nowMs()), visitors, columns));
  await Promise.race([crowd.finished, stop.asked]);
  crowd.stop();
  stop.forget();
  live.end();
  // Written and judged before the connections are cut, so that their cutting counts as nothing.
  const code = tally.unexpected.size > 0 ? 1 : 0;
  output.write(`\n${formatSummary({ tally, visitors, seed, room, startedMs, nowMs: clock.nowMs() })}`);
  await crowd.disconnect();
  return code;
}

/** Shows the line again and again, and once more at the end. */
function showWhile(output: LineOutput, format: (columns?: number) => string): { end: () => void } {
  const show = (): void => showLive(output, format);
  const timer = setInterval(show, livePeriodMs(output));
  return {
    end: () => {
      clearInterval(timer);
      show();
      endLive(output);
    },
  };
}
