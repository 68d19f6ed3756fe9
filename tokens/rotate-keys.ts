import { generateEdgeKeySet, generateOkpKeySet } from './generate-keys.ts';
import type { EdgeKeySet, OkpKeySet } from './key-set.ts';

/**
 * The stages of a rotation (DESIGN §5), a deployment after each:
 *
 *   add: the new key verifies everywhere ──► switch: it signs ──► (the longest `exp` later) retire: the old ones go
 */
export const ROTATION_STAGES = ['add', 'switch', 'retire'] as const;
export type RotationStage = (typeof ROTATION_STAGES)[number];

/** A stage that does not follow from the set as it is; nothing was changed. */
export class RotationError extends Error {}

/** The edge's set after a stage; both its keys go through the rotation together. Throws RotationError. */
export async function rotateEdgeKeys(set: EdgeKeySet, stage: RotationStage): Promise<EdgeKeySet> {
  const fresh = await generateEdgeKeySet();
  return { queue: rotated(set.queue, fresh.queue, stage), pass: rotated(set.pass, fresh.pass, stage) };
}

/** An Ed25519 set (core's, the operators') after a stage. Throws RotationError. */
export async function rotateOkpKeys(set: OkpKeySet, stage: RotationStage): Promise<OkpKeySet> {
  return { keys: rotated(set.keys, (await generateOkpKeySet()).keys, stage) };
}

function rotated<K>(keys: readonly K[], fresh: readonly K[], stage: RotationStage): K[] {
  const [first, ...others] = keys;
  if (first === undefined) throw new RotationError('the set has no key');
  switch (stage) {
    case 'add':
      if (others.length > 0) throw new RotationError('a rotation is under way: switch and retire first');
      return [first, ...fresh];
    case 'switch': {
      const newest = others.at(-1);
      if (newest === undefined) throw new RotationError('there is no second key to switch to: add one first');
      return [newest, first, ...others.slice(0, -1)];
    }
    case 'retire':
      if (others.length === 0) throw new RotationError('there is only one key: nothing to retire');
      return [first];
  }
}
