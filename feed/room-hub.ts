import * as v from 'valibot';
import { boardSchema, type Board } from '../contracts/board.ts';
import { tickAnnouncementSchema } from '../contracts/feed-messages.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import { roomKeys } from '../redis/keys.ts';
import type { ScriptClient } from '../redis/script-client.ts';
import { createHereBatch } from './here-batch.ts';
import { textFrame } from './text-frame.ts';
import { callIfReached, learnScore, type Visitor } from './visitor.ts';

/**
 * One watched room: the board as one serialised frame for all its sockets, `called` and `admitted` for the few they
 * concern, and the tick's `here`s gathered for Redis.
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
  /** Reads the board from Redis: announcements may have been missed. */
  refresh(): Promise<void>;
  /** When anything of this room was last heard, in ms. */
  heardAtMs(): number;
  stop(): void;
};

export type RoomHubPorts = { client: ScriptClient; clock: Clock; log: Logger; gatherMs?: number };

type Current = { board: Board; text: string; frame: Buffer };

/** A hub without visitors; its owner subscribes it to the room's channel. */
export function createRoomHub(room: string, { client, clock, log, gatherMs }: RoomHubPorts): RoomHub {
  const visitors = new Set<Visitor>();
  const byTicket = new Map<string, Set<Visitor>>();
  const heres = createHereBatch(room, client, log, gatherMs);
  let current: Current | undefined;
  let heardAtMs = clock.nowMs();

  const show = (text: string): void => {
    const parsed = v.safeParse(boardSchema, parseJson(text));
    if (!parsed.success) {
      log.error({ room }, 'a board is not readable');
      return;
    }
    const board = parsed.output;
    if (current !== undefined && !isNewer(board, text, current)) return;
    current = { board, text, frame: textFrame(`{"type":"board",${text.slice(1)}`) };
    const unscored: Visitor[] = [];
    for (const visitor of visitors) {
      visitor.outbox.offer(current.frame);
      if (visitor.score === undefined) unscored.push(visitor);
      else callIfReached(visitor, board);
    }
    // Lobby visitors learn their score from the first board with a seed; later boards find nothing left to do.
    void callFromDraw(unscored, board);
  };

  const refresh = async (): Promise<void> => {
    heardAtMs = clock.nowMs();
    try {
      const text = await client.get(roomKeys(room).board);
      if (text !== null) show(text);
    } catch (error) {
      // Those who wait keep the last board; the next look comes by itself.
      log.warn({ room, err: error }, 'could not read the board');
    }
  };

  return {
    add(visitor) {
      visitors.add(visitor);
      byTicket.set(visitor.ticketId, (byTicket.get(visitor.ticketId) ?? new Set()).add(visitor));
    },
    async welcome(visitor) {
      // The first visitor's board is shown to all by the read itself.
      if (current === undefined) return refresh();
      visitor.outbox.offer(current.frame);
      await callFromDraw([visitor], current.board);
    },
    leave(visitor) {
      visitors.delete(visitor);
      const tabs = byTicket.get(visitor.ticketId);
      tabs?.delete(visitor);
      if (tabs?.size === 0) byTicket.delete(visitor.ticketId);
      heres.forget(visitor);
    },
    isEmpty: () => visitors.size === 0,
    here: (visitor) => heres.add(visitor),
    announce(text) {
      heardAtMs = clock.nowMs();
      const announcement = v.safeParse(tickAnnouncementSchema, parseJson(text));
      if (!announcement.success) {
        log.error({ room }, 'an announcement is not readable');
        return;
      }
      show(announcement.output.board);
      for (const id of announcement.output.admitted) {
        for (const visitor of byTicket.get(id) ?? []) visitor.outbox.send({ type: 'admitted' });
      }
    },
    refresh,
    heardAtMs: () => heardAtMs,
    stop: () => heres.stop(),
  };
}

async function callFromDraw(visitors: Visitor[], board: Board): Promise<void> {
  for (const visitor of visitors) {
    await learnScore(visitor, board);
    callIfReached(visitor, board);
  }
}

/** A held room republishes its last tick with another text; a tick that went back belongs to an older announcement. */
function isNewer(board: Board, text: string, current: Current): boolean {
  if (board.epoch !== current.board.epoch) return board.epoch > current.board.epoch;
  return board.tick >= current.board.tick && text !== current.text;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
