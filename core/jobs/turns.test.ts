import { describe, expect, it } from 'vitest';
import { createLogger } from '../../platform/log.ts';
import { createTurns } from './turns.ts';

/** What happens when turns take so many rows one after the other, until one finds none. */
async function runTurns(rows: number[]): Promise<string[]> {
  const done: string[] = [];
  const runOnce = async () => {
    const taken = rows.shift() ?? 0;
    done.push(`took ${taken}`);
    return taken;
  };
  const wait = async (ms: number) => void done.push(`gathered ${ms} ms`);
  const turns = createTurns('test', createLogger('core', 'silent'), runOnce, { gatherMs: 200, full: 5, wait });
  turns.wake();
  await turns.idle();
  return done;
}

describe('turns of a job', () => {
  it('gather before each turn until one finds nothing', async () => {
    const gathered = 'gathered 200 ms';
    expect(await runTurns([1, 4])).toEqual([gathered, 'took 1', gathered, 'took 4', gathered, 'took 0']);
  });

  it('follow at once on one that took as many as it may, so that a backlog is not let out by the clock', async () => {
    const gathered = 'gathered 200 ms';
    expect(await runTurns([5, 5, 2])).toEqual([gathered, 'took 5', 'took 5', 'took 2', gathered, 'took 0']);
  });
});
