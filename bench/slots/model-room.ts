import type { Board } from '../../contracts/board.ts';
import { makeBoard } from '../../feed/feed.fixture.ts';
import * as law from '../../tests/waiting-room/model.ts';
import {
  CLAIM_WINDOW_SECONDS,
  ROOM,
  SESSION_SECONDS,
  START_MS,
  type AnswerReply,
  type Settings,
  type SlotsRoom,
  type Told,
} from './slots-room.ts';

const LANE = 'general';

/** The same room as the law has it, by the reference model of the property tests: no store, no network, tokens are ticket ids. */
export async function startModelRoom(settings: Settings): Promise<SlotsRoom> {
  const model = law.newModel(toSettings(settings), START_MS);
  const listeners = new Set<(board: Board) => void>();
  let [nowMs, requests] = [START_MS, 0];
  let board = boardOf(model);

  const ask = (id: string, claims: boolean): Told => ({
    ...law.answer(model, id, nowMs, claims),
    lateAt: model.tickets.get(id)?.lateSince,
  });
  const answer = (id: string): AnswerReply => {
    const told = ask(id, true);
    if (told.state === 'active') return { kind: 'inside', pass: id };
    return told.state === 'spent' ? { kind: 'spent' } : { kind: 'place', place: told };
  };
  const join = () => {
    const id = `visitor-${model.tickets.size}`;
    law.join(model, id, LANE, nowMs, 0);
    return { token: id, ticketId: id, score: model.tickets.get(id)?.score ?? 0 };
  };
  const counted = async <T>(value: T): Promise<T> => {
    requests += 1;
    return value;
  };
  return {
    calls: {
      join: () => counted(join()),
      board: () => counted(board),
      answer: (id) => counted(answer(id)),
      leave: (_, id) => counted(law.leave(model, id, nowMs)),
    },
    async openLine(id, hear) {
      listeners.add(hear);
      return { here: async () => ask(id, false), close: () => void listeners.delete(hear) };
    },
    async setClocks(ms) {
      nowMs = ms;
    },
    async tick() {
      const admitted = law.tick(model, nowMs);
      if (admitted === null) return null;
      law.commit(model, nowMs);
      board = boardOf(model);
      for (const hear of listeners) hear(board);
      return { board, admitted };
    },
    requests: () => requests,
    stop: async () => {},
  };
}

const toSettings = ({ rate, capacity }: Settings): law.Settings => ({
  rate,
  capacity,
  sessionMs: SESSION_SECONDS * 1000,
  claimMs: CLAIM_WINDOW_SECONDS * 1000,
  paused: false,
  opensAt: null,
  lanes: [{ name: LANE, weight: 1 }],
  method: 'fifo',
});

/** What visitors and the judge read of a board; they need no marks. */
function boardOf({ lanes, live, settings, tick, at }: law.Model): Board {
  const shown: Board['lanes'] = {};
  for (const { name, calledTo, nearTo, admittedTo, lateTo, waiting } of lanes) {
    const numbers = { calledTo: String(calledTo), nearTo: String(nearTo), admittedTo: String(admittedTo), lateTo };
    shown[name] = { ...numbers, waiting: waiting.length, marks: [] };
  }
  return makeBoard(ROOM, tick, { at, lanes: shown, active: live.size, capacity: settings.capacity });
}
