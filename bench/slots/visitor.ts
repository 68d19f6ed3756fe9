import type { SeededRandom } from '../../cli/crowd/seeded-random.ts';
import type { Board } from '../../contracts/board.ts';
import type { Judge } from './judge.ts';
import type { RoomTime } from './room-time.ts';
import type { Line, SlotsRoom, Told } from './slots-room.ts';

/**
 * Poller and socket behave as the waiting page does; a sleeper is a poller whose phone dozes off; a ghost joins and never comes
 * back; who is `noclaim` answers and never claims; a quitter sometimes leaves while ready.
 */
export type Kind = 'poller' | 'socket' | 'sleeper' | 'ghost' | 'noclaim' | 'quitter';
export type Surroundings = { room: SlotsRoom; time: RoomTime; judge: Judge; random: SeededRandom };

/** The fastest that a page asks again after it asked, in ms. */
const ASK_GAP_MS = 5000;

type Standing = { token: string; ticketId: string; score: number };

/** Joins now and goes on by itself until done; what follows is put into the room's time. */
export async function enter(kind: Kind, around: Surroundings): Promise<void> {
  const { room, judge, time } = around;
  const standing = await room.calls.join();
  judge.joined(standing.ticketId, standing.score);
  if (kind === 'ghost') return;
  const page = createPage(kind, standing, around);
  if (kind !== 'socket') return poll(kind, page, around);
  const line = await room.openLine(standing.token, (board) => {
    if (page.isDone()) line.close();
    else page.look(board);
  });
  page.useLine(line);
  time.at(time.nowMs(), async () => void page.look(await room.calls.board()));
}

type Page = {
  /** Does what the board asks for; true when the next board matters soon. */
  look(board: Board): boolean;
  useLine(line: Line): void;
  isDone(): boolean;
};

function createPage(kind: Kind, { token, ticketId, score }: Standing, around: Surroundings): Page {
  const { room, judge, random, time } = around;
  let [done, askAtMs, askedAtMs, state, lateAtMs] = [false, 0, 0, 'waiting', 0];
  let line: Line | null = null;

  const learn = (reply: Told): void => {
    state = reply.state;
    lateAtMs = reply.lateAt ?? lateAtMs;
    if (reply.againMs === undefined) return;
    askAtMs = time.nowMs() + reply.againMs;
    if (state === 'ready') judge.answered(ticketId, time.nowMs(), reply.againMs);
    else judge.gone(ticketId);
  };
  const ask = async (isAdmitted: boolean): Promise<void> => {
    if (done) return;
    // A socket answers with `here`; only a claim needs the edge.
    if (line !== null && !isAdmitted) return learn(await line.here());
    const reply = await room.calls.answer(token);
    if (reply.kind === 'place') learn(reply.place);
    else done = true;
    if (reply.kind === 'inside') stay(reply.pass, around);
    if (kind === 'quitter' && state === 'ready' && !done && random.chance(0.3)) {
      done = true;
      judge.gone(ticketId);
      await room.calls.leave('tickets', token);
    }
  };
  return {
    look(board) {
      const lane = board.lanes['general'];
      const nowMs = time.nowMs();
      if (lane === undefined || done) return false;
      const reached = state === 'late' ? lane.lateTo >= lateAtMs : Number(lane.admittedTo) >= score;
      const isAdmitted = (state === 'ready' || state === 'late' || state === 'admitted') && reached;
      if (isAdmitted && kind === 'noclaim') done = true;
      const shouldClaim = isAdmitted && nowMs - askedAtMs >= ASK_GAP_MS;
      if (!done && (shouldClaim || (score <= Number(lane.calledTo) && nowMs >= askAtMs))) {
        askAtMs = nowMs + 2000;
        askedAtMs = nowMs;
        time.at(nowMs + random.between(50, 300), () => ask(isAdmitted));
      }
      return score <= Number(lane.nearTo);
    },
    useLine: (opened) => void (line = opened),
    isDone: () => done,
  };
}

/** Looks at the board again and again, near the head every 2 s, else every 20 s. */
async function poll(kind: Kind, page: Page, around: Surroundings): Promise<void> {
  const { room, random, time } = around;
  if (page.isDone()) return;
  const board = await room.calls.board();
  const near = page.look(board);
  const dozes = kind === 'sleeper' && random.chance(near ? 0.03 : 0.1);
  const awakeMs = near ? board.pollNearMs : board.pollFarMs;
  const nextMs = dozes ? random.between(20_000, 180_000) : awakeMs;
  time.at(time.nowMs() + nextMs, () => poll(kind, page, around));
}

/** Is inside for one to five minutes, then gives the slot back. */
function stay(pass: string, { room, random, time }: Surroundings): void {
  time.at(time.nowMs() + random.between(60_000, 300_000), () => room.calls.leave('passes', pass));
}
