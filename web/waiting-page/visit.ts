import { pollAfterMs, type Board } from '../../contracts/board.ts';
import type { RoomServerMessage } from '../../contracts/feed-messages.ts';
import type { Place } from '../../contracts/place.ts';
import { createCalls, isGrant, type Answer, type JoinFields } from './calls.ts';
import { createDrawView } from './draw-view.ts';
import { createEpochReturn, type EpochReturn } from './epoch-return.ts';
import { openFeedSocket, type FeedSocket } from './feed-socket.ts';
import { isOlder, isTimeToAsk, placeByDraw, placeFromServer, placeOnBoard, type AskMemory } from './line-place.ts';
import { createView } from './view.ts';
import { countdown, isTold, toWords, type PageNotice } from './words.ts';

/** What the server knew when it rendered the page. */
export type VisitData = {
  room: string;
  query: string;
  roomName: string;
  place: Place | null;
  board: Board | null;
  opensAtMs: number | null;
};

/** How often the page looks whether there is something to do, in ms. */
const BEAT_MS = 250;
/** The first pause after trouble, and the longest, in ms; each trouble doubles it, and it is jittered. */
const TROUBLE_MS = 1000;
const TROUBLE_MAX_MS = 15_000;
/** A "here" that got no reply is said again after this long, in ms; a reply moves it. */
const HERE_LOST_MS = 5000;
/** Lobby visitors whom the board can't tell their draw ask one by one within this time after the opening, in ms. */
const OPENING_SPREAD_MS = 8000;

/**
 * One visitor's page, from join to the shop:
 *
 *   board (polled, or frames of the feed) ──► place on the board ──► time to ask? ──► POST passes or "here" ──► place, or the pass
 *
 * States are the place's own (WAITING-ROOM §1). Trouble changes the notice, never the place.
 */
export class Visit {
  readonly #data: VisitData;
  readonly #calls: ReturnType<typeof createCalls>;
  readonly #show = createView();
  readonly #showDraw: ReturnType<typeof createDrawView>;
  readonly #memory: AskMemory = { lastAskMs: 0, askAtMs: null };
  readonly #return: EpochReturn;
  #place: Place | null = null;
  #board: Board | null;
  #notice: PageNotice | null = null;
  #feed: FeedSocket | null = null;
  #nextBoardMs = 0;
  #troubles = 0;
  /** By how much the room's clock is ahead of this page's, in ms. */
  #aheadMs = Number.NEGATIVE_INFINITY;
  #drawnAtMs = 0;
  #busy = false;

  constructor(data: VisitData) {
    this.#data = data;
    this.#calls = createCalls(data.room, data.query);
    this.#showDraw = createDrawView(data.room);
    this.#board = data.board;
    this.#return = createEpochReturn(data.place?.epoch ?? null, Math.random);
    if (data.board !== null) this.#setClock(data.board);
  }

  /** Begins to watch the board, the feed and the clock. */
  start(): void {
    this.#setPlace(this.#data.place);
    this.#draw();
    setInterval(() => this.#beat(), BEAT_MS);
  }

  /** What the page says went wrong, if anything. */
  get notice(): PageNotice | null {
    return this.#notice;
  }

  /** The Join button. */
  async join(fields: JoinFields): Promise<void> {
    const told = await this.#attempt(() => this.#calls.join(fields));
    if (told === null) return;
    this.#return.standsIn(told.epoch);
    this.#setPlace(told);
    this.#nextBoardMs = 0;
    this.#draw();
  }

  /** Asks the one question: answers, keeps ready, claims; the Enter button too. */
  async ask(): Promise<void> {
    this.#memory.lastAskMs = Date.now();
    this.#memory.askAtMs = null;
    const state = this.#place?.state;
    // The socket's "here" is an answer, but only a call can claim, or tell a score that the feed can't know.
    const bySocket = state !== 'admitted' && state !== 'active' && this.#place?.score !== undefined;
    if (bySocket && this.#feed?.here() === true) {
      this.#memory.askAtMs = Date.now() + HERE_LOST_MS;
      return;
    }
    const body = await this.#attempt(this.#calls.ask);
    if (body === null) return;
    if (isGrant(body)) {
      this.#feed?.stop();
      location.assign(body.shopUrl);
      return;
    }
    if (body.state !== 'waiting') this.#return.standsIn(body.epoch);
    this.#setPlace(body);
    this.#draw();
  }

  /** The button that gives the place up. */
  async leave(): Promise<void> {
    await this.#attempt(this.#calls.leave);
    if (this.#notice === null) this.#setPlace(null);
    this.#draw();
  }

  #beat(): void {
    const nowMs = Date.now();
    if (this.#feed?.isLive() !== true && nowMs >= this.#nextBoardMs) void this.#pollBoard();
    // The countdown goes on between two boards.
    if (this.#board?.phase === 'lobby' && nowMs - this.#drawnAtMs >= 1000) this.#draw();
    if (this.#busy || this.#place === null || this.#board === null) return;
    const step = this.#return.due(this.#place, this.#board, nowMs);
    if (step === 'rejoin') return void this.join({});
    if (step === 'answer') this.#memory.askAtMs = nowMs;
    if (isTimeToAsk(this.#place, this.#board, this.#memory, nowMs)) void this.ask();
  }

  async #pollBoard(): Promise<void> {
    this.#nextBoardMs = Number.POSITIVE_INFINITY;
    const answer = await this.#calls.board();
    if (answer.ok) await this.#setBoard(answer.body);
    else this.#say('reconnecting');
    this.#nextBoardMs = this.#nextLookMs();
  }

  #nextLookMs(): number {
    return Date.now() + this.#pollWaitMs() * (0.9 + Math.random() * 0.2);
  }

  #pollWaitMs(): number {
    const board = this.#board;
    if (board === null) return TROUBLE_MS * 5;
    if (this.#place === null) return board.pollFarMs;
    const { lane, score, round } = this.#place;
    return pollAfterMs(board, lane, score === undefined ? null : Number(score), this.#serverNowMs(), round);
  }

  async #setBoard(board: Board): Promise<void> {
    // Polls and frames come by different ways, and a cache may lag behind: time never goes back.
    if (this.#board !== null && isOlder(board, this.#board)) return;
    this.#board = board;
    this.#setClock(board);
    if (board.stale !== true && this.#notice === 'reconnecting') this.#notice = null;
    await this.#learnDraw(board);
    if (this.#place !== null) this.#place = placeOnBoard(this.#place, board);
    this.#draw();
  }

  #setClock(board: Board): void {
    this.#aheadMs = Math.max(this.#aheadMs, board.at - Date.now());
  }

  /** When a draw's seed is public, everyone's score follows from it. A place that changed meanwhile waits for the next board. */
  async #learnDraw(board: Board): Promise<void> {
    const before = this.#place;
    if (before === null) return;
    const { place, ask } = await placeByDraw(before, board);
    if (this.#place === before) this.#place = place;
    if (ask) this.#askSoon();
  }

  /** For what only the server can tell: everyone at another moment, since all learn of the opening at once. */
  #askSoon(): void {
    this.#memory.askAtMs ??= Date.now() + Math.random() * OPENING_SPREAD_MS;
  }

  #onMessage(message: RoomServerMessage): void {
    if (message.type === 'board') {
      void this.#setBoard(message);
      // When the socket breaks, the next look comes as it would have without one: nobody polls at the same moment as all others.
      this.#nextBoardMs = this.#nextLookMs();
    }
    if (message.type === 'called') this.#memory.askAtMs = Date.now();
    if (message.type === 'admitted' && this.#place !== null) {
      this.#setPlace({ ...this.#place, state: 'admitted' });
      void this.ask();
    }
    if (message.type !== 'place' || this.#place === null) return;
    const { type: _type, ...told } = message;
    const { againMs: _again, ...before } = this.#place;
    if (told.state !== 'waiting' && this.#board !== null) this.#return.standsIn(this.#board.epoch);
    this.#setPlace({ ...before, ...told });
    this.#draw();
  }

  #setPlace(told: Place | null): void {
    // A socket that was opened before the score could be known may never learn it: boards tell a round's seed for minutes only.
    if (told?.round !== undefined && told.score !== undefined && this.#place?.score === undefined) this.#closeFeed();
    this.#place = told === null ? null : placeFromServer(this.#place, told);
    this.#memory.askAtMs = told?.againMs === undefined ? null : Date.now() + told.againMs;
    const waits = told !== null && told.state !== 'active' && told.state !== 'spent';
    if (waits) this.#feed ??= openFeedSocket(this.#calls.feedToken, (message) => this.#onMessage(message));
    if (!waits) this.#closeFeed();
  }

  #closeFeed(): void {
    this.#feed?.stop();
    this.#feed = null;
  }

  /** One call at a time; trouble is told and waited out. The body, or null. */
  async #attempt<T>(call: () => Promise<Answer<T>>): Promise<T | null> {
    if (this.#busy) return null;
    this.#busy = true;
    const answer = await call();
    this.#busy = false;
    if (answer.ok) {
      this.#troubles = 0;
      this.#notice = null;
      return answer.body;
    }
    this.#onRefusal(answer.code, answer.retryAfterMs);
    this.#draw();
    return null;
  }

  #onRefusal(code: string, retryAfterMs: number | null): void {
    if (code === 'ticket_spent' && this.#place !== null) {
      this.#setPlace({ ...this.#place, state: 'spent' });
    } else if (isLoss(code)) {
      this.#setPlace(null);
      this.#notice = code === 'unauthenticated' ? null : code;
    } else {
      this.#notice = isTold(code) ? code : 'reconnecting';
      const pauseMs = retryAfterMs ?? Math.min(TROUBLE_MAX_MS, TROUBLE_MS * 2 ** this.#troubles);
      this.#troubles += 1;
      this.#memory.lastAskMs = Date.now() + pauseMs * (0.5 + Math.random());
      // Who has answered must go on answering; who only waits is told by the board.
      const onlyWaits = this.#place === null || this.#place.state === 'waiting';
      this.#memory.askAtMs = onlyWaits ? null : this.#memory.lastAskMs;
    }
  }

  #say(notice: PageNotice): void {
    this.#notice = notice;
    this.#draw();
  }

  #draw(): void {
    this.#drawnAtMs = Date.now();
    const { roomName } = this.#data;
    const words = { roomName, place: this.#place, board: this.#board, notice: this.#notice, opens: this.#opensText() };
    this.#show(toWords(words), Date.now());
    if (this.#board !== null) void this.#showDraw(this.#board, this.#place);
  }

  #opensText(): string | null {
    const at = this.#board?.opensAt ?? this.#data.opensAtMs;
    if (at === null || this.#board?.phase !== 'lobby') return null;
    const time = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' }).format(at);
    return `${countdown(at - this.#serverNowMs())}, at ${time}`;
  }

  /** The room's time by this page's clock: a board is never younger than it looks, so the greatest difference is the nearest. */
  #serverNowMs(): number {
    return Date.now() + (Number.isFinite(this.#aheadMs) ? this.#aheadMs : 0);
  }
}

type Loss = 'unauthenticated' | 'ticket_invalid' | 'ticket_expired' | 'ticket_wrong_room';
const LOSSES = new Set<string>(['unauthenticated', 'ticket_invalid', 'ticket_expired', 'ticket_wrong_room']);

/** Refusals that mean: there is no place any more. */
const isLoss = (code: string): code is Loss => LOSSES.has(code);
