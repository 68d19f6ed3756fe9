import type { SeatMapSeat } from '../../contracts/catalogue.ts';

/** A stretch of a ring, in degrees: 0 faces the stage from the far end, negative is to its left as drawn (stage on top). */
export type Arc = { from: number; to: number };

/** Middle of the ring on the drawing, in drawing units (about 5 cm); chosen so that no coordinate is negative. */
export const CENTRE = { x: 800, y: 760 };

/** The hall is longer than wide: 83 m by 72 m outside. */
const STRETCH = 83 / 72;

/** A section with its stretch of the ring; `fromTheSide` counts the sections between it and the nearer side of the stage. */
export type FannedSection<T> = { section: T; arc: Arc; fromTheSide: number };

/** Gives sections equal stretches of an arc symmetric about the far end, left to right, an aisle (degrees) between neighbours. */
export function fanOut<T>(sections: readonly T[], halfWidth: number, aisle: number): FannedSection<T>[] {
  const width = (2 * halfWidth) / sections.length;
  return sections.map((section, index) => {
    const from = -halfWidth + index * width;
    return {
      section,
      arc: { from: from + aisle / 2, to: from + width - aisle / 2 },
      fromTheSide: Math.min(index, sections.length - 1 - index),
    };
  });
}

/** Evenly spread points along an arc of the given radius, as whole drawing units, from left to right. */
export function spreadOnArc(arc: Arc, radius: number, count: number): { x: number; y: number }[] {
  const step = (arc.to - arc.from) / count;
  return Array.from({ length: count }, (_, index) => {
    const angle = ((arc.from + (index + 0.5) * step) * Math.PI) / 180;
    return {
      x: Math.round(CENTRE.x + radius * Math.sin(angle)),
      y: Math.round(CENTRE.y + radius * STRETCH * Math.cos(angle)),
    };
  });
}

/** Numbers points as the seats `1`, `2`, … of a row; a seat's id is the row's id and its number. */
export function numberSeats(rowId: string, points: { x: number; y: number }[]): SeatMapSeat[] {
  return points.map((point, index) => ({
    id: `${rowId}-${index + 1}`,
    name: String(index + 1),
    x: point.x,
    y: point.y,
  }));
}
