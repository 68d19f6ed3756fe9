import type { RoomServerMessage } from '../../contracts/feed-messages.ts';
import type { FeedConnection } from './feed-line.ts';
import { shop } from './shop.ts';
import { afterFailure, gone, moveTo, after, type Next, type Step, type Visitor } from './visitor.ts';
import { hearBoard, hearPlace, nextLineStep, type InLine } from './waiting.ts';

/** A visitor in line: the receipt of the place, what is known, and the socket while there is one. */
type Line = { ticket: string; me: InLine; socket: FeedConnection | null };

/** With a live socket the line is looked over this often all the same, in ms: a wake-up may come while a call is on its way. */
const SOCKET_LOOK_MS = 3000;
/** A "here" without a reply is said again after this long, in ms. */
const HERE_LOST_MS = 5000;
const USUAL_PAUSE_MS = 1000;

/** Takes a place. Ghosts are done with that. */
export const join: Step = async (visitor) => {
  const { calls, crowd, who } = visitor;
  const result = await calls.join();
  if (result.kind !== 'ok') return afterFailure(visitor, 'join', result, join);
  const { ticket } = result.value;
  if (ticket === undefined)
    return afterFailure(visitor, 'join', { kind: 'broken', why: 'a place without ticket' }, join);
  crowd.tally.totals.joined += 1;
  if (who.patience.kind === 'ghost') return gone('ghost');
  moveTo(visitor, 'waiting');
  const nowMs = crowd.clock.nowMs();
  const me: InLine = {
    place: result.value,
    board: null,
    joinedAtMs: nowMs,
    sleepsUntilMs: null,
    lastAskMs: 0,
    askAtMs: null,
  };
  const line: Line = { ticket, me, socket: null };
  const pauseMs = visitor.random.between(0, USUAL_PAUSE_MS);
  return after(pauseMs, who.watches === 'feed' ? openSocket(line) : look(line));
};

/** Opens the socket; the board serves where there is none to be had. */
function openSocket(line: Line): Step {
  return async (visitor) => {
    const { calls, crowd, who } = visitor;
    const result = await calls.feedToken(line.ticket);
    if (result.kind !== 'ok') return afterFailure(visitor, 'feed token', result, openSocket(line));
    line.socket = crowd.feed.open({
      ...result.value,
      address: crowd.addresses[who.number % crowd.addresses.length] ?? null,
      onMessage: (message) => void hear(visitor, line, message),
      onEnd: (why) => {
        crowd.tally.refused('feed', why);
        line.socket = null;
        crowd.wake(visitor);
      },
    });
    return line.socket === null ? look(line)(visitor) : after(SOCKET_LOOK_MS, stand(line));
  };
}

async function hear(visitor: Visitor, line: Line, message: RoomServerMessage): Promise<void> {
  const { me } = line;
  const nowMs = visitor.crowd.clock.nowMs();
  if (message.type === 'board') await hearBoard(me, message);
  if (message.type === 'admitted') me.place = { ...me.place, state: 'admitted' };
  if (message.type === 'place') {
    const { type: _, ...told } = message;
    const { lateAt: _late, againMs: _again, ...rest } = me.place;
    hearPlace(me, { ...rest, ...told }, nowMs);
  }
  if (nextLineStep(visitor.who, me, nowMs).kind !== 'look') visitor.crowd.wake(visitor);
}

/** Looks at the board, then does what it says. */
function look(line: Line): Step {
  return async (visitor) => {
    const result = await visitor.calls.board();
    if (result.kind !== 'ok') return afterFailure(visitor, 'board', result, look(line));
    await hearBoard(line.me, result.value);
    return stand(line)(visitor);
  };
}

function stand(line: Line): Step {
  return async (visitor) => {
    const { crowd, who, random } = visitor;
    const step = nextLineStep(who, line.me, crowd.clock.nowMs());
    switch (step.kind) {
      case 'ask':
        return ask(line)(visitor);
      case 'give_up':
        return giveUp(line)(visitor);
      case 'sleep':
        line.me.sleepsUntilMs ??= crowd.clock.nowMs() + step.forMs;
        return after(step.forMs, stand(line));
      case 'look':
        if (line.socket?.isLive() === true) return after(Math.min(step.afterMs, SOCKET_LOOK_MS), stand(line));
        return after(step.afterMs * random.between(0.9, 1.1), look(line));
    }
  };
}

/** The one question: by "here" on an open socket, by a call otherwise and to claim. */
function ask(line: Line): Step {
  return async (visitor) => {
    const { calls, crowd, random } = visitor;
    const { me } = line;
    me.lastAskMs = crowd.clock.nowMs();
    me.askAtMs = null;
    if (me.place.state !== 'admitted' && line.socket?.isLive() === true && line.socket.here()) {
      me.askAtMs = me.lastAskMs + HERE_LOST_MS;
      return after(SOCKET_LOOK_MS, stand(line));
    }
    const result = await calls.ask(line.ticket);
    if (result.kind !== 'ok') return endOr(line, afterFailure(visitor, 'ask', result, ask(line)));
    if ('pass' in result.value) return enter(visitor, line, result.value);
    hearPlace(me, result.value, crowd.clock.nowMs());
    const pauseMs = (result.retryAfterMs ?? USUAL_PAUSE_MS) * random.between(1, 1.1);
    return after(pauseMs, line.socket?.isLive() === true ? stand(line) : look(line));
  };
}

function enter(visitor: Visitor, line: Line, { pass }: { pass: string }): Next {
  const { clock, tally } = visitor.crowd;
  line.socket?.close();
  const nowMs = clock.nowMs();
  tally.admitted(nowMs - line.me.joinedAtMs, nowMs);
  moveTo(visitor, 'inside');
  return after(visitor.who.looksForMs, shop({ pass, tries: 0 }));
}

function giveUp(line: Line): Step {
  return async (visitor) => {
    const result = await visitor.calls.giveUp(line.ticket);
    if (result.kind !== 'ok') return endOr(line, afterFailure(visitor, 'give up', result, giveUp(line)));
    return endOr(line, gone('gave_up'));
  };
}

/** Whoever goes takes the socket along. */
function endOr(line: Line, next: Next): Next {
  if (next.kind === 'gone') line.socket?.close();
  return next;
}
