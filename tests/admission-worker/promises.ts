import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { LiveCrowd } from './live-crowd.ts';
import type { Frame, WorkersWorld } from './workers-world.ts';

type Limits = { rate: number; capacity: number };

/** Frames of ticks, without boards that only said `held`. */
export const ticksOf = (frames: readonly Frame[]): Frame[] => frames.filter(({ board }) => board.held === undefined);

/** Ticks between two that came one after the other, at most: periods in which nobody was let in. */
export function mostMissedTicks(frames: readonly Frame[]): number {
  const numbers = ticksOf(frames).map(({ board }) => board.tick);
  return Math.max(...numbers.slice(1).map((tick, i) => tick - (numbers[i] ?? tick) - 1));
}

/** Waits until something is so; fails after `withinMs`. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>, withinMs = 20_000): Promise<void> {
  for (const end = Date.now() + withinMs; Date.now() < end; await sleep(50)) if (await isSo()) return;
  throw new Error(`not within ${withinMs} ms: ${what}`);
}

/** What must hold whatever happened to workers and stores: bounds, order, and Postgres knows of everyone. */
export async function expectPromisesKept(world: WorkersWorld, room: string, crowd: LiveCrowd, limits: Limits) {
  const rows = await world.sql<{ id: string; atMs: number; score: number }[]>`
    SELECT ticket_id AS id, floor(extract(epoch FROM admitted_at) * 1000)::float8 AS "atMs", score FROM admissions
    WHERE room = ${room} ORDER BY tick, score`;
  expect(rows.length, 'somebody came in').toBeGreaterThan(0);
  for (const { atMs } of rows) {
    const inMinute = rows.filter((row) => row.atMs > atMs - 60_000 && row.atMs <= atMs).length;
    expect(inMinute, 'admissions within a minute').toBeLessThanOrEqual(limits.rate);
  }
  for (const { board } of world.frames.get(room) ?? []) expect(board.active).toBeLessThanOrEqual(limits.capacity);
  const known = new Set(rows.map(({ id }) => id));
  expect(
    [...crowd.entered].filter((id) => !known.has(id)),
    'inside, and Postgres does not know',
  ).toEqual([]);
  const firsts = rows.filter(({ id }, i) => !crowd.late.has(id) && rows.findIndex((row) => row.id === id) === i);
  const scores = firsts.map(({ score }) => score);
  expect(scores, 'order of admission').toEqual(scores.toSorted((a, b) => a - b));
}
