/** What operators read of moves: `GET operator/moves?performanceId=` or `?eventId=`. */
export type MoveView = {
  performanceId: string;
  /** Counts the moves of a performance. */
  number: number;
  movedAt: string;
  was: { startsAt: string; timeZone: string; venue: string | null };
  /** `superseded`: moved again before all were told; who was not hears of the later move, and how it was when they last heard of it. */
  state: 'telling' | 'told' | 'superseded';
  /** Messages written so far. */
  messages: number;
};

/**
 * `reach`: who has places just now and would be told of a move: bookings, paid or to be paid, and tickets that were given to somebody else.
 * `isMailed`: core sends mail; where it does not, nobody is told but browsers that asked. The newest moves first, at most 50: no pages.
 */
export type MovesView = {
  reach: { bookings: number; tickets: number };
  isMailed: boolean;
  items: MoveView[];
  next: null;
};
