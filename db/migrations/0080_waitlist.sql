-- Who waits for places of a sold-out zone or class, and what was offered to whom (BOOKING §7, ADR 15).

CREATE TABLE waitlist_entries (
  id uuid PRIMARY KEY,
  -- The order of the line.
  number bigint NOT NULL UNIQUE GENERATED ALWAYS AS IDENTITY,
  performance_id text NOT NULL REFERENCES performances (id),
  -- One of them: places of this zone, or of any zone of this class.
  zone_id text,
  class text,
  party_size integer NOT NULL CHECK (party_size > 0),
  accessible boolean NOT NULL DEFAULT false,
  -- Legs [from_leg, to_leg).
  from_leg integer NOT NULL CHECK (from_leg >= 0),
  to_leg integer NOT NULL CHECK (to_leg > from_leg),
  name text,
  email text NOT NULL,
  email_normalised text NOT NULL,
  token_hash bytea NOT NULL CHECK (length(token_hash) = 32),
  -- The token sealed by core, for the link in a mail.
  token_sealed text NOT NULL,
  -- waiting → offered → booked | lapsed; waiting, offered → left.
  state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'offered', 'booked', 'lapsed', 'left')),
  created_at timestamptz NOT NULL DEFAULT now(),
  ended_at timestamptz,
  CHECK ((zone_id IS NULL) <> (class IS NULL)),
  CHECK ((ended_at IS NULL) = (state IN ('waiting', 'offered')))
);
-- Has no rows where nobody waits: whatever frees a place asks it, and pays nothing.
CREATE INDEX waitlist_waiting ON waitlist_entries (performance_id, number) WHERE state = 'waiting';
CREATE INDEX waitlist_of_email ON waitlist_entries (email_normalised, performance_id);

-- Performances that somebody waits for, or did lately: what the sweep looks at.
CREATE TABLE waited_performances (
  performance_id text PRIMARY KEY REFERENCES performances (id),
  joined_at timestamptz NOT NULL DEFAULT now(),
  due_at timestamptz NOT NULL DEFAULT now()
);

-- An offer is a block with an owner: its claims are `offered`, what is booked from it is counted in block_legs.
ALTER TABLE blocks ADD COLUMN is_offer boolean NOT NULL DEFAULT false CHECK (NOT is_offer OR code_hash IS NULL);
-- Offers that the inventory must hear of before anything that became free with them.
CREATE INDEX blocks_new_offers ON blocks (performance_id) WHERE is_offer AND version = 1 AND applied_version = 0;
CREATE TABLE waitlist_offers (
  block_id uuid PRIMARY KEY REFERENCES blocks (id),
  entry_id uuid NOT NULL REFERENCES waitlist_entries (id),
  -- The hold that accepting it makes.
  hold_id uuid NOT NULL UNIQUE,
  offered_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  offer_until timestamptz NOT NULL,
  accepted_at timestamptz,
  ended_at timestamptz,
  CHECK (ended_at IS NULL OR ended_at >= offered_at)
);
CREATE UNIQUE INDEX waitlist_offers_one_open ON waitlist_offers (entry_id) WHERE ended_at IS NULL;
CREATE INDEX waitlist_offers_due ON waitlist_offers (offer_until) WHERE ended_at IS NULL;

-- Holds that ended unbooked while somebody waited, once it is decided whom their places are offered to: decided once.
CREATE TABLE waitlist_decisions (
  hold_id text PRIMARY KEY,
  decided_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX waitlist_decisions_age ON waitlist_decisions (decided_at);

ALTER TABLE seat_claims DROP CONSTRAINT seat_claims_state_check;
ALTER TABLE seat_claims ADD CONSTRAINT seat_claims_state_check CHECK (state IN ('pending', 'sold', 'blocked', 'offered'));
ALTER TABLE seat_claims DROP CONSTRAINT seat_claims_has_reason;
ALTER TABLE seat_claims ADD CONSTRAINT seat_claims_has_reason
  CHECK ((booking_id IS NULL) = (state IN ('blocked', 'offered')) AND (booking_id IS NOT NULL OR block_id IS NOT NULL));

-- An offer is told to whom it is made (`waitlist.offered`); it belongs to no booking.
ALTER TABLE outbox ALTER COLUMN booking_id DROP NOT NULL;
ALTER TABLE outbox DROP CONSTRAINT outbox_kind_check;
ALTER TABLE outbox ADD CONSTRAINT outbox_kind_check
  CHECK (kind IN ('inventory.apply', 'payment.refund', 'payment.cancel', 'waitlist.offered'));
