import type { Redis } from 'ioredis';
import type { TickClient } from '../../redis/script-client.ts';
import type { ScriptName } from '../../redis/scripts.generated.ts';

/**
 * One run of a script. `wallMs`: as its caller waits; `scriptMs`: inside Redis (commandstats); `cpuMs`: what Redis's main thread worked for
 * it, whoever else used the machine; `commands`: ms inside the commands that the script called.
 */
export type ScriptRun = { wallMs: number; scriptMs: number; cpuMs: number; commands: Map<string, number> };
type Spent = { commands: Map<string, number>; cpuMs: number };

export type TimedScripts = TickClient & {
  /** Runs so far, by script. */
  runs(script: ScriptName): readonly ScriptRun[];
  forget(): void;
};

/** A script client that asks Redis before and after each run of some scripts how long commands took. Nothing else may run meanwhile. */
export function timeScripts(redis: Redis, client: TickClient, timed: readonly ScriptName[]): TimedScripts {
  const runs = new Map<ScriptName, ScriptRun[]>();
  return {
    ...client,
    async run(script, keys, args) {
      if (!timed.includes(script)) return client.run(script, keys, args);
      const before = await readSpent(redis);
      const began = performance.now();
      const reply = await client.run(script, keys, args);
      const wallMs = performance.now() - began;
      const after = await readSpent(redis);
      const commands = difference(before.commands, after.commands);
      const scriptMs = (commands.get('evalsha') ?? 0) + (commands.get('eval') ?? 0);
      for (const outer of ['evalsha', 'eval', 'info']) commands.delete(outer);
      runs.set(script, [
        ...(runs.get(script) ?? []),
        { wallMs, scriptMs, cpuMs: after.cpuMs - before.cpuMs, commands },
      ]);
      return reply;
    },
    runs: (script) => runs.get(script) ?? [],
    forget: () => runs.clear(),
  };
}

/** Time inside each command so far, and of the main thread; a script's own time contains that of the commands it calls. */
async function readSpent(redis: Redis): Promise<Spent> {
  const [stats, cpu] = [await redis.info('commandstats'), await redis.info('cpu')];
  const found = stats.matchAll(/cmdstat_([^:]+):calls=\d+,usec=(\d+)/g);
  const seconds = [...cpu.matchAll(/used_cpu_(?:user|sys)_main_thread:([\d.]+)/g)].map(([, text]) => Number(text));
  return {
    commands: new Map([...found].map(([, name = '', usec]) => [name, Number(usec) / 1000])),
    cpuMs: 1000 * seconds.reduce((sum, value) => sum + value, 0),
  };
}

function difference(before: Map<string, number>, after: Map<string, number>): Map<string, number> {
  const grown = [...after].map(([name, ms]): [string, number] => [name, ms - (before.get(name) ?? 0)]);
  return new Map(grown.filter(([, ms]) => ms > 0));
}
