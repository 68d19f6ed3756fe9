-- Who waits in a room and asked to be told when their turn is near. One row for each who asked, none for all others; they are found by
-- ranges of scores, so that a sweep costs by those who are told and not by those who wait.
CREATE TABLE turn_notices (
  id uuid PRIMARY KEY,
  room text NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
  ticket_id text NOT NULL,
  lane text NOT NULL,
  -- Null until it may be known: in the lobby, and in a round that is not over.
  score double precision,
  round jsonb,
  channel text NOT NULL CHECK (channel IN ('mail', 'push')),
  -- Of push: the subscription as JSON.
  address text NOT NULL,
  address_hash bytea NOT NULL CHECK (length(address_hash) = 32),
  email_normalised text,
  language text NOT NULL CHECK (language ~ '^[a-z]{2}$'),
  near_told_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  CONSTRAINT turn_notices_once UNIQUE (room, channel, address_hash)
);
CREATE INDEX turn_notices_line ON turn_notices (room, lane, score);
CREATE INDEX turn_notices_undrawn ON turn_notices (room) WHERE score IS NULL;
CREATE INDEX turn_notices_ticket ON turn_notices (room, ticket_id);
CREATE INDEX turn_notices_of_person ON turn_notices (email_normalised) WHERE email_normalised IS NOT NULL;
CREATE INDEX turn_notices_expire ON turn_notices (expires_at);
