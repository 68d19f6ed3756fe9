-- Places that are kept out of the public sale: blocked for everybody, or allocated to a channel whose buyers bring its code.

CREATE TABLE blocks (
  id uuid PRIMARY KEY,
  performance_id text NOT NULL REFERENCES performances (id),
  name text NOT NULL,
  -- Hash of the code that a hold has to bring (contracts/blocks.ts); null: nobody may take the places.
  code_hash text CHECK (code_hash ~ '^[0-9a-f]{64}$'),
  -- Legs [from_leg, to_leg).
  from_leg integer NOT NULL CHECK (from_leg >= 0),
  to_leg integer NOT NULL CHECK (to_leg > from_leg),
  created_by text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  removed_at timestamptz,
  -- 1 when made, 2 when removed. The row is the work: the inventory in Redis has been told of applied_version.
  version integer NOT NULL DEFAULT 1 CHECK (version BETWEEN 1 AND 2),
  applied_version integer NOT NULL DEFAULT 0,
  due_at timestamptz NOT NULL DEFAULT now(),
  CHECK ((removed_at IS NULL) = (version = 1))
);
CREATE INDEX blocks_performance ON blocks (performance_id);
CREATE INDEX blocks_due ON blocks (due_at) WHERE applied_version < version;
-- A code names one allocation of a performance.
CREATE UNIQUE INDEX blocks_one_per_code ON blocks (performance_id, code_hash) WHERE removed_at IS NULL;

CREATE TABLE block_items (
  block_id uuid NOT NULL REFERENCES blocks (id),
  line integer NOT NULL CHECK (line >= 0),
  zone_id text NOT NULL,
  -- Null: places of a general zone.
  seat_id text,
  quantity integer NOT NULL CHECK (quantity > 0),
  PRIMARY KEY (block_id, line),
  CONSTRAINT block_items_one_place_per_seat CHECK (seat_id IS NULL OR quantity = 1)
);

-- What an allocation has of a zone on one leg, and how much of that is sold or pending. These places are not in the zone's own
-- row: a block lowers zone_legs.capacity, and the end of the block raises it again.
CREATE TABLE block_legs (
  block_id uuid NOT NULL REFERENCES blocks (id),
  zone_id text NOT NULL,
  leg integer NOT NULL CHECK (leg >= 0),
  capacity integer NOT NULL,
  sold integer NOT NULL DEFAULT 0,
  PRIMARY KEY (block_id, zone_id, leg),
  CONSTRAINT block_legs_never_oversold CHECK (sold >= 0 AND sold <= capacity)
);

-- A blocked seat has a claim as a sold one has, so the key that stops a double sale stops a sale of it, too. A seat of an allocation
-- stays its own while it is booked, and goes back to it.
ALTER TABLE seat_claims ALTER COLUMN booking_id DROP NOT NULL;
ALTER TABLE seat_claims ADD COLUMN block_id uuid REFERENCES blocks (id);
ALTER TABLE seat_claims DROP CONSTRAINT seat_claims_state_check;
ALTER TABLE seat_claims ADD CONSTRAINT seat_claims_state_check CHECK (state IN ('pending', 'sold', 'blocked'));
ALTER TABLE seat_claims ADD CONSTRAINT seat_claims_has_reason
  CHECK ((booking_id IS NULL) = (state = 'blocked') AND (booking_id IS NOT NULL OR block_id IS NOT NULL));
CREATE INDEX seat_claims_block ON seat_claims (block_id) WHERE block_id IS NOT NULL;

-- The allocation that a line was sold from; null once that has ended.
ALTER TABLE booking_items ADD COLUMN block_id uuid REFERENCES blocks (id);
CREATE INDEX booking_items_block ON booking_items (block_id) WHERE block_id IS NOT NULL;
