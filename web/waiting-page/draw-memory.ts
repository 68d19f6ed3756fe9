/** What this browser saw of one draw: the fingerprint while its seed was secret, and the seed. */
export type SeenDraw = { promised: string | null; seed: string | null };

/** What was seen of a room's draw before, in this tab; also after a reload. Never throws. */
export function recallDraw(room: string, name: string): SeenDraw {
  try {
    const [promised = '', seed = ''] = (sessionStorage.getItem(keyOf(room, name)) ?? '').split(' ');
    return { promised: promised || null, seed: seed || null };
  } catch {
    return { promised: null, seed: null };
  }
}

/** Keeps what was seen; neither text has a space. A browser that keeps nothing for us can't compare; the rest of the check stands. */
export function rememberDraw(room: string, name: string, { promised, seed }: SeenDraw): void {
  try {
    sessionStorage.setItem(keyOf(room, name), `${promised ?? ''} ${seed ?? ''}`);
  } catch {
    // Said above.
  }
}

const keyOf = (room: string, name: string): string => `onsale-draw-${room}-${name}`;
