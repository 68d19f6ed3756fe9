import * as v from 'valibot';
import { BOARD_STALE_MS, boardSchema, type Board } from '../contracts/board.ts';
import { tickAnnouncementSchema } from '../contracts/feed-messages.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import { roomKeys } from '../redis/keys.ts';
import type { ScriptClient } from '../redis/script-client.ts';
import { createHereBatch } from './here-batch.ts';
import { createRoomVisitors } from './room-visitors.ts';
import { textFrame } from './text-frame.ts';
import type { Visitor } from './visitor.ts';

/**
 * One watched room: the board as one serialised frame for all its sockets, `called` and `admitted` for the few they
 * concern, the operator's `message` when it changes, and the tick's `here`s gathered for Redis.
 */
export type RoomHub = {
  /** Takes a verified visitor in; from now on it gets every board. */
  add(visitor: Visitor): void;
  /** Shows a visitor who was added the board of this moment. */
  welcome(visitor: Visitor): Promise<void>;
  leave(visitor: Visitor): void;
  isEmpty(): boolean;
  /** A visitor's `here`: answered with the batch it travels in. */
  here(visitor: Visitor): void;
  /** A committed tick from pub/sub. */
  announce(text: string): void;
  /** Reads the board from Redis: announcements may have been missed. What is still old then is shown again, as stale. */
  refresh(): Promise<void>;
  /** When anything of this room was last heard, in ms. */
  heardAtMs(): number;
  stop(): void;
};

/**
 * `silentAfterMs`: how old a board may be before it is shown as stale. `onFrame` hears how long a board took to be handed to all
 * sockets.
 */
export type RoomHubPorts = {
  client: ScriptClient;
  clock: Clock;
  log: Logger;
  gatherMs?: number;
  silentAfterMs?: number;
  onFrame?: (frame: { tookMs: number; sockets: number }) => void;
};

type Current = { board: Board; text: string; frame: Buffer; shownAtMs: number };

/** A hub without visitors; its owner subscribes it to the room's channel. */
// oxlint-disable-next-line max-lines-per-function -- one closure: all its parts share what it remembers
export function createRoomHub(room: string, ports: RoomHubPorts): RoomHub {
  const { client, clock, log, gatherMs, onFrame, silentAfterMs = BOARD_STALE_MS } = ports;
  const visitors = createRoomVisitors();
  const heres = createHereBatch(room, client, log, gatherMs);
  let current: Current | undefined;
  let heardAtMs = clock.nowMs();

  const show = (text: string, admitted: readonly string[] = []): void => {
    const began = performance.now();
    const parsed = v.safeParse(boardSchema, parseJson(text));
    if (!parsed.success) {
      log.error({ room }, 'a board is not readable');
      return;
    }
    const board = parsed.output;
    const before = current;
    // Those who have to act are told first: everyone's board takes a while to write.
    if (before !== undefined && !isNewer(board, text, before)) return visitors.admit(admitted);
    const frame = boardFrame(text);
    current = { board, text, frame, shownAtMs: clock.nowMs() };
    if (before !== undefined && before.board.epoch !== board.epoch) visitors.forgetCalls();
    visitors.call(board);
    visitors.admit(admitted);
    visitors.offer(frame);
    if (before !== undefined && before.board.message !== board.message) visitors.offer(messageFrame(board));
    onFrame?.({ tookMs: performance.now() - began, sockets: visitors.size() });
  };

  /** The last board again, marked: nobody ticks, or Redis is away. Also a sign of life for pages that hear nothing else. */
  const showStale = (): void => {
    if (current === undefined || clock.nowMs() - current.shownAtMs < silentAfterMs) return;
    current = { ...current, frame: boardFrame(JSON.stringify({ ...current.board, stale: true })) };
    visitors.offer(current.frame);
  };

  return {
    add: (visitor) => visitors.add(visitor),
    async welcome(visitor) {
      // The first visitor's board is shown to all by the read itself.
      if (current === undefined) await refreshed();
      else visitor.outbox.offer(current.frame);
      if (current === undefined) return;
      if (current.board.message !== undefined) visitor.outbox.offer(messageFrame(current.board));
      visitors.call(current.board);
    },
    leave(visitor) {
      visitors.remove(visitor);
      heres.forget(visitor);
    },
    isEmpty: () => visitors.size() === 0,
    here: (visitor) => heres.add(visitor),
    announce(text) {
      heardAtMs = clock.nowMs();
      const announcement = v.safeParse(tickAnnouncementSchema, parseJson(text));
      if (announcement.success) show(announcement.output.board, announcement.output.admitted);
      else log.error({ room }, 'an announcement is not readable');
    },
    async refresh() {
      heardAtMs = clock.nowMs();
      await refreshed();
      showStale();
    },
    heardAtMs: () => heardAtMs,
    stop: () => heres.stop(),
  };

  async function refreshed(): Promise<void> {
    try {
      const text = await client.get(roomKeys(room).board);
      if (text !== null) show(text);
    } catch (error) {
      // Those who wait keep the last board; the next look comes by itself.
      log.warn({ room, err: error }, 'could not read the board');
    }
  }
}

/** The stored text goes out as it is; only its type is put before it. */
const boardFrame = (text: string): Buffer => textFrame(`{"type":"board",${text.slice(1)}`);

/** Empty: the announcement was taken back. */
const messageFrame = ({ message = '' }: Board): Buffer => textFrame(JSON.stringify({ type: 'message', message }));

/** A held room republishes its last tick with another text; a tick that went back belongs to an older announcement. */
function isNewer(board: Board, text: string, { board: shown, text: shownText }: Current): boolean {
  if (board.epoch !== shown.epoch) return board.epoch > shown.epoch;
  return board.tick >= shown.tick && text !== shownText;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
