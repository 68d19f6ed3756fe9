import { newTicketId } from '../../platform/random.ts';
import { answerCall } from '../../redis/room/answer.ts';
import { joinRoom } from '../../redis/room/join.ts';
import { leaveRoom } from '../../redis/room/leave.ts';
import type { TicketRef } from '../../redis/room/ticket-keys.ts';
import type { WorkersWorld } from './workers-world.ts';

const LANE = 'general';
const DAY_MS = 86_400_000;
/** How often everyone is looked after, ms; the page's near poll is slower. */
const ROUND_MS = 200;

/** Visitors who answer whenever it is their turn, come in and, after a while, leave. */
export type LiveCrowd = {
  /** Who came in, and those that were told to line up late. */
  entered: Set<string>;
  late: Set<string>;
  scoreOf(id: string): number;
  join(count: number): Promise<void>;
  stop(): Promise<void>;
};

type Visitor = {
  ticket: TicketRef;
  score: string;
  askAt: number;
  epoch: number;
  enteredAt: number | null;
  gone: boolean;
};

/** Starts a crowd of nobody before a room. `stayMs`: how long each stays inside. */
export function startLiveCrowd({ scripts, frames }: WorkersWorld, room: string, stayMs: number): LiveCrowd {
  const visitors: Visitor[] = [];
  const entered = new Set<string>();
  const late = new Set<string>();
  let stopping = false;

  const look = async (visitor: Visitor) => {
    const board = frames.get(room)?.at(-1)?.board;
    if (board === undefined || visitor.gone) return;
    const now = Date.now();
    if (visitor.enteredAt !== null) {
      if (now - visitor.enteredAt < stayMs) return;
      await leaveRoom(scripts, visitor.ticket);
      visitor.gone = true;
      return;
    }
    if (visitor.epoch !== board.epoch) {
      // After a loss whoever waits takes the place up again, with the score on the ticket (WAITING-ROOM §5).
      await joinRoom(scripts, visitor.ticket);
      Object.assign(visitor, { epoch: board.epoch, askAt: 0 });
    }
    if (Number(visitor.score) > Number(board.lanes[LANE]?.calledTo ?? 0) || now < visitor.askAt) return;
    const place = await answerCall(scripts, visitor.ticket, true);
    if (place.state === 'late') late.add(visitor.ticket.ticketId);
    visitor.askAt = now + Math.min(1000, (place.againMs ?? 1000) / 2);
    if (place.state !== 'active') return;
    visitor.enteredAt = now;
    entered.add(visitor.ticket.ticketId);
  };
  const running = (async () => {
    while (!stopping) {
      // A store that is away or a room that recovers: asked again in the next round.
      await Promise.all(visitors.map((visitor) => look(visitor).catch(() => {})));
      await new Promise((resolve) => setTimeout(resolve, ROUND_MS));
    }
  })();
  return {
    entered,
    late,
    scoreOf: (id) => Number(visitors.find(({ ticket }) => ticket.ticketId === id)?.score),
    async join(count) {
      for (let i = 0; i < count; i++) {
        const ticket = { room, lane: LANE, ticketId: newTicketId(), expMs: Date.now() + DAY_MS };
        const { score, epoch } = await joinRoom(scripts, ticket);
        if (score === null) throw new Error('a place without a score');
        visitors.push({ ticket: { ...ticket, score }, score, askAt: 0, epoch, enteredAt: null, gone: false });
      }
    },
    async stop() {
      stopping = true;
      await running;
    },
  };
}
