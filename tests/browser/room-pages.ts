import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import * as v from 'valibot';
import { boardSchema, type Board } from '../../contracts/board.ts';
import { call } from '../support/http.ts';
import { WAIT } from '../support/browser.ts';
import type { Stack } from '../support/stack.ts';

/** A new room that lets one in at a time; `more` changes its settings. */
export async function createRoom(stack: Stack, room: string, more: object = {}): Promise<void> {
  const body = { room, totalActiveUsers: 1, newUsersPerMinute: 600, ...more };
  await operate(stack, '', body, 201);
}

/** An operator's order; fails unless it is answered with `status`. */
export async function operate(stack: Stack, path: string, body: object, status = 200): Promise<void> {
  const answer = await call('POST', `${stack.ready.edgeUrl}/api/core/v1/operator/rooms${path}`, {
    body,
    bearer: stack.ready.operatorToken,
    headers: { 'idempotency-key': crypto.randomUUID() },
  });
  expect(answer.status, answer.text).toBe(status);
}

/** The room's board as the edge serves it. */
export const readBoard = async (stack: Stack, room: string): Promise<Board> =>
  v.parse(boardSchema, JSON.parse((await call('GET', `${stack.ready.edgeUrl}/api/rooms/${room}/board`)).text));

/** Opens the room's page, as soon as the room is there, and joins by the button. */
export async function join(stack: Stack, page: Page, room: string): Promise<void> {
  await expect
    .poll(async () => (await page.goto(`${stack.ready.edgeUrl}/rooms/${room}`))?.status(), { timeout: 15_000 })
    .toBe(200);
  await page.getByRole('button', { name: 'Join the line' }).click(WAIT);
  await page.getByRole('button', { name: 'Give up my place' }).waitFor(WAIT);
}

/** The place as the server tells it to this page. */
export async function ownPlace(page: Page, room: string): Promise<{ ticketId: string; score?: string | undefined }> {
  const text = await page.evaluate(async (path) => (await fetch(path)).text(), `/api/rooms/${room}/tickets/me`);
  return v.parse(v.object({ ticketId: v.string(), score: v.optional(v.string()) }), JSON.parse(text));
}

/** The position that the page shows. */
export const shownPosition = (page: Page): Promise<string | null> => page.locator('#position-number').textContent();

/** One place at a time: the first gets in while the second still waits, and the second once the first has left. */
export async function expectInOrder(room: string, first: Page, second: Page): Promise<void> {
  await first.waitForURL(/\/shop\//, WAIT);
  expect(new URL(second.url()).pathname).toBe(`/rooms/${room}`);
  await first.evaluate((path) => fetch(path, { method: 'DELETE' }), `/api/rooms/${room}/passes/me`);
  await second.waitForURL(/\/shop\//, WAIT);
}
