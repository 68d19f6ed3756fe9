-- Performances that were moved, to another time or venue, and how far who holds places of them is told.

-- Counts the moves; calendars order what they are told by it.
ALTER TABLE performances ADD COLUMN moves integer NOT NULL DEFAULT 0;

-- One move. The row is the work: bookings are told of it by pages.
CREATE TABLE performance_moves (
  performance_id text NOT NULL REFERENCES performances (id),
  number integer NOT NULL CHECK (number > 0),
  -- How it was before; how it is after the last move its own rows say.
  was_starts_at timestamptz NOT NULL,
  was_time_zone text NOT NULL,
  was_venue text,
  was_city text,
  moved_at timestamptz NOT NULL DEFAULT now(),
  -- Bookings from before this were made for the old date. Later than the move: copies of the catalogue are believed for some seconds.
  booked_before timestamptz NOT NULL,
  state text NOT NULL DEFAULT 'telling' CHECK (state IN ('telling', 'told', 'superseded')),
  due_at timestamptz NOT NULL,
  -- The last booking that was looked at, in the order of their ids.
  after_booking_id uuid,
  -- Messages written for it so far.
  messages integer NOT NULL DEFAULT 0,
  ended_at timestamptz,
  PRIMARY KEY (performance_id, number),
  CHECK ((ended_at IS NULL) = (state = 'telling'))
);
-- A later move takes over: one at a time.
CREATE UNIQUE INDEX performance_moves_one_telling ON performance_moves (performance_id) WHERE state = 'telling';
CREATE INDEX performance_moves_due ON performance_moves (due_at) WHERE state = 'telling';

ALTER TABLE notifications
  DROP CONSTRAINT notifications_kind_check,
  ADD CONSTRAINT notifications_kind_check CHECK (
    kind IN ('ticket', 'moved', 'transferred', 'given', 'cancellation', 'refund', 'expiring', 'offer', 'turn_near', 'called'));
-- How many of a move's messages wait to be sent: the next page is written when there are few.
CREATE INDEX notifications_moved ON notifications (due_at) WHERE kind = 'moved' AND done_at IS NULL AND dead_at IS NULL;
