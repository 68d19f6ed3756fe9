-- Comparisons of Redis, Postgres and the payment provider: the rows are the work, as with all jobs.

CREATE TABLE reconciliations (
  id uuid PRIMARY KEY,
  -- Names what is wanted only once, whichever process wants it: an hour, a room's new epoch. Null: an operator asked.
  slot text UNIQUE,
  -- Null: every performance on sale, and the money.
  performance_id text REFERENCES performances (id),
  requested_by text NOT NULL,
  requested_at timestamptz NOT NULL DEFAULT now(),
  due_at timestamptz NOT NULL DEFAULT now(),
  attempts integer NOT NULL DEFAULT 0,
  last_error text,
  finished_at timestamptz,
  dead_at timestamptz,
  -- How many differences and repairs, and the money check by currency.
  summary jsonb
);
CREATE INDEX reconciliations_due ON reconciliations (due_at) WHERE finished_at IS NULL AND dead_at IS NULL;

CREATE TABLE reconciliation_differences (
  reconciliation_id uuid NOT NULL REFERENCES reconciliations (id) ON DELETE CASCADE,
  ordinal integer NOT NULL,
  kind text NOT NULL,
  subject text NOT NULL,
  details jsonb NOT NULL,
  -- What was done about it: repaired, or left for a person.
  outcome text NOT NULL CHECK (outcome IN ('repaired', 'left')),
  PRIMARY KEY (reconciliation_id, ordinal)
);

-- What a cancelled booking's refund left with the seller.
CREATE TABLE retained_fees (
  booking_id uuid PRIMARY KEY REFERENCES bookings (id),
  amount_minor bigint NOT NULL CHECK (amount_minor > 0),
  currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  kept_by text NOT NULL,
  at timestamptz NOT NULL DEFAULT now()
);

-- What the export of a performance's bookings and the operators' list of dead letters read by.
CREATE INDEX outbox_dead ON outbox (dead_at) WHERE dead_at IS NOT NULL;
CREATE INDEX webhook_inbox_dead ON webhook_inbox (dead_at) WHERE dead_at IS NOT NULL;
