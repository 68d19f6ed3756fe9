import { describe, expect, test } from 'vitest';
import { boxOf, fitBox, seatAt, seatRadiusOf, zoomAt } from './map-viewport.ts';
import type { Seat } from './seat-states.ts';

const SIZE = { width: 400, height: 300 };
const seat = (index: number, x: number, y: number): Seat => ({
  index,
  id: `s${index}`,
  zoneId: 'a',
  row: '1',
  name: '1',
  x,
  y,
  accessible: false,
});
const row = [seat(0, 0, 0), seat(1, 10, 0), seat(2, 20, 0), seat(3, 60, 0)];

describe('the map', () => {
  test('fits its seats whole and in the middle', () => {
    const view = fitBox(boxOf([seat(0, 0, 0), seat(1, 1000, 1000)]), SIZE, 4);
    expect(500 * view.scale + view.x).toBeCloseTo(200);
    expect(500 * view.scale + view.y).toBeCloseTo(150);
    expect(1004 * view.scale + view.y).toBeLessThanOrEqual(300);
  });

  test('keeps the point under the finger in its place while zooming, between the whole map and large seats', () => {
    const before = { scale: 1, x: 50, y: 20 };
    const at = { x: 120, y: 90 };
    const after = zoomAt(before, 2, at, 0.5, 4);
    expect((at.x - after.x) / after.scale).toBeCloseTo((at.x - before.x) / before.scale);
    expect(zoomAt(before, 0.01, at, 0.5, 4).scale).toBe(0.5);
    expect(zoomAt(before, 1000, at, 0.5, 4).scale).toBe(22 / 4);
  });

  test('finds the nearest seat within reach, and none beyond', () => {
    const view = { scale: 2, x: 0, y: 0 };
    expect(seatAt(row, view, { x: 23, y: 1 }, 4)?.index).toBe(1);
    expect(seatAt(row, view, { x: 80, y: 0 }, 4)).toBeNull();
  });

  test('draws neighbours so that they just don’t touch, whatever gaps the aisles make', () => {
    expect(seatRadiusOf([row])).toBeCloseTo(4.3);
    expect(seatRadiusOf([[]])).toBeCloseTo(4.3);
  });
});
