import type { Seat } from './seat-states.ts';

/** What part of the map is seen: screen = map × scale + (x, y), in CSS pixels. */
export type Viewport = { scale: number; x: number; y: number };
export type Size = { width: number; height: number };
export type Box = { left: number; top: number; right: number; bottom: number };

/** Space around what is fitted, in CSS pixels. */
const PADDING = 24;
/** A seat is never drawn larger than this radius, in CSS pixels. */
const MAX_SEAT_RADIUS = 22;

/** The smallest box around seats. */
export function boxOf(seats: readonly Pick<Seat, 'x' | 'y'>[]): Box {
  const box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (const { x, y } of seats) {
    box.left = Math.min(box.left, x);
    box.right = Math.max(box.right, x);
    box.top = Math.min(box.top, y);
    box.bottom = Math.max(box.bottom, y);
  }
  return seats.length === 0 ? { left: 0, top: 0, right: 1, bottom: 1 } : box;
}

/** The viewport that shows a box whole and in the middle. */
export function fitBox(box: Box, size: Size, seatRadius: number): Viewport {
  const width = Math.max(box.right - box.left + 2 * seatRadius, 1);
  const height = Math.max(box.bottom - box.top + 2 * seatRadius, 1);
  const scale = Math.min(
    (size.width - 2 * PADDING) / width,
    (size.height - 2 * PADDING) / height,
    MAX_SEAT_RADIUS / seatRadius,
  );
  return {
    scale,
    x: size.width / 2 - ((box.left + box.right) / 2) * scale,
    y: size.height / 2 - ((box.top + box.bottom) / 2) * scale,
  };
}

/** Zooms by a factor around a point of the screen, between the whole map and the largest seats. */
export function zoomAt(
  view: Viewport,
  factor: number,
  at: { x: number; y: number },
  minScale: number,
  seatRadius: number,
): Viewport {
  const scale = Math.min(Math.max(view.scale * factor, minScale), MAX_SEAT_RADIUS / seatRadius);
  const ratio = scale / view.scale;
  return { scale, x: at.x - (at.x - view.x) * ratio, y: at.y - (at.y - view.y) * ratio };
}

/** The seat under a point of the screen, with some mercy for fingers; null when there is none. */
export function seatAt(
  seats: readonly Seat[],
  view: Viewport,
  at: { x: number; y: number },
  seatRadius: number,
): Seat | null {
  const [x, y] = [(at.x - view.x) / view.scale, (at.y - view.y) / view.scale];
  let nearest: Seat | null = null;
  let best = (seatRadius * 1.4) ** 2;
  for (const seat of seats) {
    const distance = (seat.x - x) ** 2 + (seat.y - y) ** 2;
    if (distance < best) [nearest, best] = [seat, distance];
  }
  return nearest;
}

/** A radius at which neighbours in a row just don't touch: from the narrow distances, ignoring the narrowest tenth. */
export function seatRadiusOf(rows: Iterable<readonly Pick<Seat, 'x' | 'y'>[]>): number {
  const distances: number[] = [];
  for (const row of rows) {
    for (const [index, seat] of row.entries()) {
      const next = row[index + 1];
      const distance = next === undefined ? 0 : Math.hypot(next.x - seat.x, next.y - seat.y);
      if (distance > 0) distances.push(distance);
    }
  }
  distances.sort((a, b) => a - b);
  return (distances[Math.floor(distances.length / 10)] ?? 10) * 0.43;
}
