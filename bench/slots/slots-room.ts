import type { Board } from '../../contracts/board.ts';

export const ROOM = 'bench';
export const START_MS = 1_800_000_000_000;
export const SESSION_SECONDS = 600;
export const CLAIM_WINDOW_SECONDS = 120;

/** What differs between the rooms of the scenarios: people a minute, and slots. */
export type Settings = { rate: number; capacity: number };

/** A committed tick as it is announced: the board, and who got an access key. */
export type Announced = { board: Board; admitted: string[] };

/** What a visitor is told of their place. */
export type Told = { state: string; againMs?: number | undefined; lateAt?: number | undefined };
export type AnswerReply = { kind: 'place'; place: Told } | { kind: 'inside'; pass: string } | { kind: 'spent' };

/** A visitor's calls; anything but an expected answer is an error of the bench. */
export type Calls = {
  join(): Promise<{ token: string; ticketId: string; score: number }>;
  board(): Promise<Board>;
  answer(token: string): Promise<AnswerReply>;
  leave(path: 'tickets' | 'passes', token: string): Promise<void>;
};

/** One visitor's socket. */
export type Line = {
  /** Says `here` and waits for the word on the place. */
  here(): Promise<Told>;
  close(): void;
};

/** One empty open room before which a crowd can stand: the real parts, or the model of the law. */
export type SlotsRoom = {
  calls: Calls;
  /** Opens a socket for the ticket; `hear` gets each tick's board from then on. */
  openLine(token: string, hear: (board: Board) => void): Promise<Line>;
  setClocks(ms: number): Promise<void>;
  /** One tick, committed and heard by all sockets; null when nothing was announced. */
  tick(): Promise<Announced | null>;
  /** Requests that visitors have made so far. */
  requests(): number;
  stop(): Promise<void>;
};
