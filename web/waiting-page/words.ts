import type { Board } from '../../contracts/board.ts';
import type { Place } from '../../contracts/place.ts';

/** What went wrong, where the page has to say so. */
export type PageNotice = keyof typeof NOTICES;

/** Refusals of a join or an answer that have words of their own. */
export const isTold = (code: string): code is PageNotice => Object.hasOwn(NOTICES, code);

/** Everything the page says, as words; renderer and script show the same (a page must not change its mind when its script starts). */
export type PageWords = {
  /** Window title. */
  title: string;
  headline: string;
  /** The number to show large, already written out; null when there is none. */
  position: string | null;
  ahead: string | null;
  estimate: string | null;
  /** What happens next, and what to do. */
  next: string;
  action: 'join' | 'enter' | null;
  canLeave: boolean;
  /** Whether it is worth asking to be told when it is near. */
  canBeTold: boolean;
  /** A sentence about trouble, or what the operator says. */
  notice: string | null;
  message: string | null;
};

export type PageFacts = {
  roomName: string;
  place: Place | null;
  board: Board | null;
  notice: PageNotice | null;
  /** When the doors open, as text; null when they are open or nobody knows. */
  opens: string | null;
};

/** Puts the facts into words. Pure. */
export function toWords(facts: PageFacts): PageWords {
  const { place, board, roomName } = facts;
  const said = place === null ? outside(facts) : { ...NOTHING, ...inLine(place, facts) };
  return {
    title: said.position === null ? `${said.headline} · ${roomName}` : `${said.position} in line · ${roomName}`,
    ...said,
    notice: noticeOf(facts),
    message: board?.message ?? null,
  };
}

type Said = Omit<PageWords, 'title' | 'notice' | 'message'>;
const NOTHING = {
  position: null,
  ahead: null,
  estimate: null,
  action: null,
  canLeave: false,
  canBeTold: false,
} as const;

function outside({ board, opens }: PageFacts): Said {
  if (board === null) return { ...NOTHING, headline: 'One moment', next: 'This page looks again by itself.' };
  if (board.phase === 'closed')
    return { ...NOTHING, headline: 'The room is closed', next: 'Nobody can join any more.' };
  const waiting = Object.values(board.lanes).reduce((sum, lane) => sum + lane.waiting, 0);
  const ahead = waiting === 0 ? 'Nobody is waiting right now.' : `${people(waiting)} waiting right now.`;
  if (board.phase === 'lobby') {
    const next = `${opens === null ? 'The doors are not open yet.' : `The doors open ${opens}.`} Join now or any time before: the order is drawn by lot at the opening.`;
    return { ...NOTHING, headline: 'The lobby is open', ahead, next, action: 'join' };
  }
  return {
    ...NOTHING,
    headline: 'Join the line',
    ahead,
    next: 'You get a place at once, and keep it also when you reload or lose the connection.',
    action: 'join',
  };
}

type Told = Pick<Said, 'headline' | 'next'> & Partial<Said>;

function inLine(place: Place, facts: PageFacts): Told {
  const { board, opens } = facts;
  switch (place.state) {
    case 'lobby': {
      const when = opens === null ? 'The doors open soon.' : `The doors open ${opens}.`;
      return {
        headline: 'You are in the lobby',
        next: `${when} Then the order is drawn by lot, and you see your place here. Keep this page open.`,
        canLeave: true,
        canBeTold: true,
      };
    }
    case 'waiting':
      return {
        ...numbers(place),
        headline: 'You are in line',
        next: waitingNext(place, board),
        canLeave: true,
        canBeTold: board?.phase !== 'closed',
      };
    case 'called':
    case 'ready':
      return {
        ...numbers(place),
        headline: 'You are almost in',
        next: 'Stay on this page: you are let in next, and it says so at once.',
        canLeave: true,
      };
    case 'late':
      return {
        ...numbers(place),
        headline: 'Welcome back',
        next: 'Your turn came while you were away. You stand in the line of those who came back; stay on this page.',
        canLeave: true,
      };
    case 'admitted':
      return {
        headline: 'It is your turn',
        next: 'Enter now: the place is kept for you for a short while.',
        action: 'enter',
        canLeave: true,
      };
    case 'active':
      return {
        headline: 'You are in',
        next: 'Your session is open. Go on where you left.',
        action: 'enter',
      };
    case 'spent':
      return {
        headline: 'Your visit is over',
        next: 'You can join the line again for a new place.',
        action: 'join',
      };
  }
}

function numbers({ position, ahead, estimatedWaitMs }: Place): Pick<Said, 'position' | 'ahead' | 'estimate'> {
  if (position === null || ahead === null) return { position: null, ahead: null, estimate: null };
  return {
    position: whole(position),
    ahead: ahead === 0 ? 'Nobody is ahead of you.' : `${people(ahead)} ahead of you.`,
    estimate:
      estimatedWaitMs === null
        ? 'We can’t tell yet how long it takes.'
        : `${duration(estimatedWaitMs)}, as fast as it goes now.`,
  };
}

function waitingNext(place: Place, board: Board | null): string {
  if (board?.phase === 'paused') return 'Letting in is paused. Your place is safe; it goes on by itself.';
  if (board?.phase === 'sold_out') return 'None free now, some may return. Your place is safe if you want to stay.';
  if (board?.phase === 'closed') return 'The room has closed.';
  if (board?.held !== undefined) return 'Letting in stands still for a moment. Your place is safe.';
  if (place.round !== undefined && place.score === undefined)
    return 'All who join within this minute are drawn by lot. You see your place here when the minute is over; keep this page open.';
  return 'Keep this page open. It looks by itself, and says when it is your turn.';
}

const NOTICES = {
  reconnecting: 'We are reconnecting. Your place is safe.',
  ticket_invalid: 'Your place could not be read, so it was put aside. Join again for a new one.',
  ticket_expired: 'Your place has expired. Join again for a new one.',
  ticket_wrong_room: 'Your place belongs to another room. Join for a place in this one.',
  rate_limited: 'Too many people join from where you are. Try again in a minute.',
  room_closed: 'The room takes nobody in at this time.',
  room_rejecting: 'The room takes nobody in.',
  challenge_required: 'This browser could not do the small task that keeps robots out. It needs JavaScript and https.',
  challenge_failed: 'The small task that keeps robots out did not work. Join again for a new one.',
  challenge_unavailable: 'The check that keeps robots out does not answer. Try again in a moment.',
  code_invalid: 'This code opens nothing here. Check it and try again.',
  identity_required: 'This room asks the shop who you are. Go to the shop and follow its link to this room.',
  identity_invalid:
    'What the shop said about you is not valid any more. Go back to the shop and follow its link again.',
  identity_in_line: 'You have a place already, in another browser or on another device. Go on there.',
} as const;

function noticeOf({ notice, board }: PageFacts): string | null {
  if (notice !== null) return NOTICES[notice];
  return board?.stale === true ? NOTICES.reconnecting : null;
}

/** How long until the doors open, in words: to the second in the last minutes, so that a page is seen to live. */
export function countdown(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  if (seconds === 0) return 'any moment';
  if (seconds < 600) return `in ${seconds < 60 ? '' : `${Math.floor(seconds / 60)} min `}${seconds % 60} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `in ${minutes} minutes`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `in ${hours} hours` : `in ${Math.round(hours / 24)} days`;
}

const whole = (count: number): string => new Intl.NumberFormat('en').format(count);
const people = (count: number): string => (count === 1 ? 'One person is' : `${whole(count)} people are`);

function duration(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 1) return 'Less than a minute';
  if (minutes === 1) return 'About a minute';
  if (minutes < 120) return `About ${minutes} minutes`;
  return `About ${Math.round(minutes / 60)} hours`;
}
