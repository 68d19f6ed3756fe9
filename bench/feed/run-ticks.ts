import { setTimeout as sleep } from 'node:timers/promises';
import { mainThreadMs } from '../measure/processor-time.ts';
import { toTimings, type Timings } from '../measure/time.ts';
import type { Crowd } from '../parts/crowd.ts';

/** What is sent: `warmUp` ticks are sent first and not counted, while the engine still compiles. */
export type Size = { sockets: number; ticks: number; warmUp: number; everyMs: number };
/** What a run of ticks came to. Processor times are ms a tick; `waited`: for a processor that somebody else had. */
export type Run = {
  toLast: Timings;
  toFirst: Timings;
  own: Timings;
  waited: Timings;
  cpuMs: number;
  crowdCpuMs: number;
  missing: number;
};
/** Who sends ticks: its process; `tick` returns when it left, in ms since 1970; `cpu` is the processor time so far, in µs. */
export type Sender = { pid: number; tick: (tick: number) => Promise<number>; cpu: () => Promise<number> };

/** Ahead of the room's own ticks, which nobody runs here. */
const FIRST_TICK = 2_000_000_000;

/** Sends ticks to a crowd at a steady pace, those to warm up first, and says what came of them. */
export async function runTicks(
  { sockets, ticks, warmUp, everyMs }: Size,
  crowd: Crowd,
  sender: Sender,
): Promise<Omit<Run, 'own'>> {
  const sent = new Map<number, number>();
  const waited: number[] = [];
  const send = async (tick: number): Promise<number> => {
    const at = await sender.tick(tick);
    await sleep(everyMs);
    return at;
  };
  for (let n = 0; n < warmUp; n += 1) await send(FIRST_TICK + n);
  const [cpuBefore, crowdBefore] = [await sender.cpu(), await crowd.cpu()];
  for (let tick = FIRST_TICK + warmUp; tick < FIRST_TICK + warmUp + ticks; tick += 1) {
    const { waitedMs } = mainThreadMs(sender.pid);
    sent.set(tick, await send(tick));
    waited.push(mainThreadMs(sender.pid).waitedMs - waitedMs);
  }
  await sleep(everyMs);
  const cpuMs = ((await sender.cpu()) - cpuBefore) / 1000 / ticks;
  const crowdCpuMs = ((await crowd.cpu()) - crowdBefore) / 1000 / ticks;
  return { ...(await judge(crowd, sent, sockets)), waited: toTimings(waited), cpuMs, crowdCpuMs };
}

async function judge(crowd: Crowd, sent: Map<number, number>, sockets: number) {
  const heard = new Map((await crowd.heard()).map((tick) => [tick.tick, tick]));
  let missing = 0;
  const toLast: number[] = [];
  const toFirst: number[] = [];
  for (const [tick, atMs] of sent) {
    const seen = heard.get(tick);
    missing += sockets - (seen?.count ?? 0);
    if (seen === undefined) continue;
    toLast.push(seen.lastMs - atMs);
    toFirst.push(seen.firstMs - atMs);
  }
  return { toLast: toTimings(toLast), toFirst: toTimings(toFirst), missing };
}
