/** `another`: its state is taken as lost. `too_often`: it looks like another one, but that was believed often enough. */
export type RedisVerdict = 'same' | 'another' | 'too_often';

/** Judges whether the Redis on the line is another one than the epoch was made in; null stands for what is not judged. */
export type RedisJudge = (epoch: number, noted: string | null, onTheLine: string | null) => RedisVerdict;

/** New servers that a room is restored for within the window; more of them are workers that are led to different ones. */
const MAX_CHANGES = 3;
const WINDOW_MS = 600_000;

/**
 * Another run_id means that Redis was restarted or failed over: its newest writes may be gone although its last tick is there
 * (WAITING-ROOM §5). Two workers that see different servers behind one address would take the room from each other for ever, so
 * after three changes in ten minutes a process believes in no more of them until those are past.
 */
export function createRedisJudge(nowMs: () => number = () => performance.now()): RedisJudge {
  let changes: { epoch: number; atMs: number }[] = [];
  return (epoch, noted, onTheLine) => {
    if (noted === null || onTheLine === null || noted === onTheLine) return 'same';
    const now = nowMs();
    changes = changes.filter(({ atMs }) => now - atMs < WINDOW_MS);
    // A restore that failed is tried again; that is no further change.
    if (changes.at(-1)?.epoch === epoch) return 'another';
    if (changes.length >= MAX_CHANGES) return 'too_often';
    changes.push({ epoch, atMs: now });
    return 'another';
  };
}
