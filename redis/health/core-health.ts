import * as v from 'valibot';
import { coreHealthSchema, type CoreHealth } from '../../contracts/core-health.ts';
import { CORE_HEALTH_KEY } from '../keys.ts';
import type { ScriptClient } from '../script-client.ts';

/** A process that said nothing for so long is forgotten, ms; longer than any alarm looks back. */
const FORGET_AFTER_MS = 60_000;

/** Writes one process's health with Redis's time, and forgets those that have been silent for a minute; one script. */
export async function writeCoreHealth(
  client: ScriptClient,
  processId: string,
  health: Omit<CoreHealth, 'at'>,
): Promise<void> {
  await client.run('write-core-health', [CORE_HEALTH_KEY], [processId, JSON.stringify(health), FORGET_AFTER_MS]);
}

/** The hash as HGETALL gives it, as healths by process; a field that is no health is left out. */
export function parseCoreHealth(fields: Record<string, string>): Record<string, CoreHealth> {
  const healths = Object.entries(fields).flatMap(([id, text]): [string, CoreHealth][] => {
    const result = v.safeParse(v.pipe(v.string(), v.parseJson(), coreHealthSchema), text);
    return result.success ? [[id, result.output]] : [];
  });
  return Object.fromEntries(healths);
}
