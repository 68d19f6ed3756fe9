-- Rooms: settings, what a restore of the waiting room needs, and the audit trail.

CREATE TABLE rooms (
  id text PRIMARY KEY CHECK (id ~ '^[a-z0-9][a-z0-9-]{0,47}$'),
  name text NOT NULL,
  -- Settings (WAITING-ROOM §7); version counts every change and is the ETag.
  version integer NOT NULL DEFAULT 1,
  new_users_per_minute integer NOT NULL CHECK (new_users_per_minute >= 0),
  total_active_users integer NOT NULL CHECK (total_active_users >= 0),
  session_duration_seconds integer NOT NULL CHECK (session_duration_seconds > 0),
  claim_window_seconds integer NOT NULL CHECK (claim_window_seconds > 0),
  queueing_method text NOT NULL CHECK (queueing_method IN ('fifo', 'random', 'passthrough', 'reject')),
  lobby_opens_at timestamptz,
  opens_at timestamptz,
  closes_at timestamptz,
  hold_limit integer NOT NULL CHECK (hold_limit > 0),
  joins_per_client_per_minute integer NOT NULL CHECK (joins_per_client_per_minute > 0),
  shop_url text,
  allowed_return_hosts jsonb NOT NULL DEFAULT '[]',
  lanes jsonb NOT NULL DEFAULT '[{"name": "general", "weight": 1}]',
  paused boolean NOT NULL DEFAULT false,
  closed boolean NOT NULL DEFAULT false,
  message text,
  -- The draw's seed is chosen with the room; it leaves the servers no earlier than the opening.
  draw_seed text NOT NULL,
  -- Moved by compare-and-set only: who holds the epoch, and the last tick that is written here.
  epoch bigint NOT NULL DEFAULT 0,
  tick bigint NOT NULL DEFAULT 0,
  -- What the last written tick knew beside the lanes; null before the first.
  opened boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT now()
);

-- The numbers of a lane as of the last written tick. leased_to bounds the counter: it may never run beyond.
CREATE TABLE room_lanes (
  room text NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
  lane text NOT NULL,
  base bigint NOT NULL DEFAULT 1,
  leased_to bigint NOT NULL DEFAULT 0,
  called_to double precision NOT NULL DEFAULT 0,
  near_to double precision NOT NULL DEFAULT 0,
  admitted_to double precision NOT NULL DEFAULT 0,
  late_to bigint NOT NULL DEFAULT 0,
  waiting bigint NOT NULL DEFAULT 0,
  show_up_rate double precision NOT NULL DEFAULT 0.6,
  PRIMARY KEY (room, lane)
);

-- One row per admission of a ticket: who was let in, until when the key or the session lives, and when it ended.
CREATE TABLE admissions (
  room text NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
  ticket_id text NOT NULL,
  tick bigint NOT NULL,
  lane text NOT NULL,
  score double precision NOT NULL,
  admitted_at timestamptz NOT NULL,
  -- End of the claim window, then of the session.
  live_until timestamptz NOT NULL,
  claimed_at timestamptz,
  ended_at timestamptz,
  end_reason text CHECK (end_reason IN ('left', 'expired', 'unclaimed', 'revoked')),
  PRIMARY KEY (room, ticket_id, tick)
);
CREATE INDEX admissions_live ON admissions (room, live_until) WHERE ended_at IS NULL;

-- Tickets that may not be used again until they expire (WAITING-ROOM §1.6).
CREATE TABLE spent_tickets (
  room text NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
  ticket_id text NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (room, ticket_id)
);
CREATE INDEX spent_tickets_expiry ON spent_tickets (expires_at);

-- Who changed what, written in the transaction that changes it.
CREATE TABLE audit (
  id uuid PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT now(),
  actor text NOT NULL,
  action text NOT NULL,
  subject text NOT NULL,
  before jsonb,
  after jsonb
);
CREATE INDEX audit_subject ON audit (subject, at DESC);
