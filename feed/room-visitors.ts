import type { Board } from '../contracts/board.ts';
import { createCallLine } from './call-line.ts';
import type { Outbox } from './outbox.ts';
import { learnScore, type Visitor } from './visitor.ts';

/** Everyone who watches a room in this process: all of them, by ticket, and those still to be called in their order. */
export type RoomVisitors = {
  add(visitor: Visitor): void;
  remove(visitor: Visitor): void;
  size(): number;
  /** Hands a frame to every socket. */
  offer(frame: Buffer): void;
  /** Says `called` to those whom the board's calls have reached; lobby visitors learn their score first, once it is out. */
  call(board: Board): void;
  /** Forgets who was called: in a new epoch their answers are lost, and each is asked once more. */
  forgetCalls(): void;
  /** Says `admitted` to every tab of these tickets. */
  admit(ticketIds: readonly string[]): void;
};

/** Nobody yet. */
export function createRoomVisitors(): RoomVisitors {
  const all = new Set<Visitor>();
  /** The same, for what is handed to everyone: a visitor is not looked at for it. */
  const outboxes = new Set<Outbox>();
  const byTicket = new Map<string, Set<Visitor>>();
  let line = createCallLine();
  /** Those whose score is not known: the draw is still to come. */
  const unscored = new Set<Visitor>();

  /** Takes whoever the board gives a score into the line. Thousands at an opening, so one after the other, letting others work. */
  const learn = async (board: Board): Promise<void> => {
    const learning = [...unscored];
    unscored.clear();
    for (const visitor of learning) {
      await learnScore(visitor, board);
      if (!all.has(visitor)) continue;
      if (visitor.score === undefined) unscored.add(visitor);
      else line.add(visitor);
    }
    line.call(board);
  };

  return {
    add(visitor) {
      all.add(visitor);
      outboxes.add(visitor.outbox);
      byTicket.set(visitor.ticketId, (byTicket.get(visitor.ticketId) ?? new Set()).add(visitor));
      if (visitor.score === undefined) unscored.add(visitor);
      else line.add(visitor);
    },
    remove(visitor) {
      all.delete(visitor);
      outboxes.delete(visitor.outbox);
      unscored.delete(visitor);
      line.remove(visitor);
      const tabs = byTicket.get(visitor.ticketId);
      tabs?.delete(visitor);
      if (tabs?.size === 0) byTicket.delete(visitor.ticketId);
    },
    size: () => all.size,
    offer(frame) {
      for (const outbox of outboxes) outbox.offer(frame);
    },
    call(board) {
      line.call(board);
      if (unscored.size > 0 && board.phase !== 'lobby') void learn(board);
    },
    forgetCalls() {
      line = createCallLine();
      for (const visitor of all) line.add(visitor);
    },
    admit(ticketIds) {
      for (const id of ticketIds) {
        for (const visitor of byTicket.get(id) ?? []) visitor.outbox.send({ type: 'admitted' });
      }
    },
  };
}
