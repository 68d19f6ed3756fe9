-- What can be sold: venues, events, performances with their stops and zones, seat maps, and how much of each zone is sold.

CREATE TABLE venues (
  id text PRIMARY KEY CHECK (id ~ '^[a-z0-9][a-z0-9-]{0,63}$'),
  name text NOT NULL,
  city text NOT NULL,
  country text NOT NULL CHECK (country ~ '^[A-Z]{2}$'),
  time_zone text NOT NULL
);

CREATE TABLE events (
  id text PRIMARY KEY CHECK (id ~ '^[a-z0-9][a-z0-9-]{0,63}$'),
  kind text NOT NULL CHECK (kind IN ('event', 'train')),
  name text NOT NULL,
  venue_id text REFERENCES venues (id)
);

-- Immutable: a changed plan is a new map. `json`, not `jsonb`, keeps the bytes whose SHA-256 is the ETag.
CREATE TABLE seat_maps (
  id text PRIMARY KEY CHECK (id ~ '^[a-z0-9][a-z0-9-]{0,63}$'),
  document json NOT NULL,
  sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  seat_count integer NOT NULL CHECK (seat_count >= 0)
);
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% rows are immutable', TG_TABLE_NAME;
END $$;
CREATE TRIGGER seat_maps_immutable BEFORE UPDATE ON seat_maps FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE performances (
  id text PRIMARY KEY CHECK (id ~ '^[a-z0-9][a-z0-9-]{0,63}$'),
  event_id text NOT NULL REFERENCES events (id),
  -- Fixed when it is published: its inventory keys carry the room (BOOKING §1).
  room text NOT NULL REFERENCES rooms (id),
  starts_at timestamptz NOT NULL,
  time_zone text NOT NULL,
  currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  status text NOT NULL CHECK (status IN ('scheduled', 'on_sale', 'ended')),
  seat_map_id text NOT NULL REFERENCES seat_maps (id),
  -- Stretches between stops; a concert has one.
  leg_count integer NOT NULL CHECK (leg_count BETWEEN 1 AND 64)
);
CREATE INDEX performances_event ON performances (event_id, starts_at, id);
CREATE INDEX performances_room ON performances (room);

-- Train runs only: ordinal 0 is the origin; leg n runs from stop n to stop n + 1.
CREATE TABLE performance_stops (
  performance_id text NOT NULL REFERENCES performances (id),
  ordinal integer NOT NULL CHECK (ordinal BETWEEN 0 AND 64),
  code text NOT NULL CHECK (code ~ '^[A-Z0-9]{1,8}$'),
  name text NOT NULL,
  arrives_at timestamptz,
  departs_at timestamptz,
  PRIMARY KEY (performance_id, ordinal),
  UNIQUE (performance_id, code)
);

-- A price holds for any stretch of a run.
CREATE TABLE zones (
  performance_id text NOT NULL REFERENCES performances (id),
  id text NOT NULL CHECK (id ~ '^[a-z0-9][a-z0-9-]{0,63}$'),
  ordinal integer NOT NULL,
  name text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('reserved', 'general')),
  class text,
  quota text,
  price_minor bigint NOT NULL CHECK (price_minor >= 0),
  capacity integer NOT NULL CHECK (capacity >= 0),
  PRIMARY KEY (performance_id, id),
  UNIQUE (performance_id, ordinal)
);

-- What is sold or pending of a zone on one leg. The CHECK is the last guard against overselling (DESIGN §9.4).
CREATE TABLE zone_legs (
  performance_id text NOT NULL,
  zone_id text NOT NULL,
  leg integer NOT NULL CHECK (leg >= 0),
  capacity integer NOT NULL,
  sold integer NOT NULL DEFAULT 0,
  PRIMARY KEY (performance_id, zone_id, leg),
  FOREIGN KEY (performance_id, zone_id) REFERENCES zones (performance_id, id),
  CONSTRAINT zone_legs_never_oversold CHECK (sold >= 0 AND sold <= capacity)
);
