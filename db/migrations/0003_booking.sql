-- Bookings, their money, and the work that follows from them. Each invariant of DESIGN §9.4 to §9.6 is a constraint here.

-- pending_payment → confirmed | expired | cancelled; confirmed → cancelled; expired → confirmed (paid late); cancelled and expired → refunded.
CREATE TABLE bookings (
  id uuid PRIMARY KEY,
  -- One booking per hold, whatever keys the requests carried.
  hold_id text NOT NULL CONSTRAINT bookings_one_per_hold UNIQUE,
  performance_id text NOT NULL REFERENCES performances (id),
  -- The pass subject that held the seats.
  owner text NOT NULL,
  status text NOT NULL CHECK (status IN ('pending_payment', 'confirmed', 'expired', 'cancelled', 'refunded')),
  -- Counts every change of state: consumers ignore older versions (BOOKING §6).
  version integer NOT NULL DEFAULT 1 CHECK (version >= 1),
  buyer_name text NOT NULL,
  buyer_email text NOT NULL,
  email_normalised text NOT NULL,
  passengers jsonb NOT NULL DEFAULT '[]',
  access_token_hash bytea NOT NULL CHECK (length(access_token_hash) = 32),
  total_minor bigint NOT NULL CHECK (total_minor >= 0),
  currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  -- Legs [from_leg, to_leg).
  from_leg integer NOT NULL CHECK (from_leg >= 0),
  to_leg integer NOT NULL CHECK (to_leg > from_leg),
  pay_by timestamptz NOT NULL,
  -- Set while the provider can't say whether an unpaid booking was paid: when to ask again.
  expiry_retry_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  changed_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX bookings_one_unpaid_per_owner ON bookings (owner) WHERE status = 'pending_payment';
CREATE INDEX bookings_due ON bookings (pay_by) WHERE status = 'pending_payment';
CREATE INDEX bookings_performance ON bookings (performance_id, status);

CREATE TABLE booking_items (
  booking_id uuid NOT NULL REFERENCES bookings (id),
  line integer NOT NULL CHECK (line >= 0),
  zone_id text NOT NULL,
  -- Null: places of a general zone.
  seat_id text,
  quantity integer NOT NULL CHECK (quantity > 0),
  price_minor bigint NOT NULL CHECK (price_minor >= 0),
  PRIMARY KEY (booking_id, line),
  CONSTRAINT booking_items_one_place_per_seat CHECK (seat_id IS NULL OR quantity = 1)
);

-- One row per seat and leg that is pending or sold; freeing a seat deletes its rows. The key is what stops a double sale.
CREATE TABLE seat_claims (
  performance_id text NOT NULL REFERENCES performances (id),
  seat_id text NOT NULL,
  leg integer NOT NULL CHECK (leg >= 0),
  booking_id uuid NOT NULL REFERENCES bookings (id),
  zone_id text NOT NULL,
  state text NOT NULL CHECK (state IN ('pending', 'sold')),
  CONSTRAINT seat_claims_sold_once PRIMARY KEY (performance_id, seat_id, leg)
);
CREATE INDEX seat_claims_booking ON seat_claims (booking_id);

-- One attempt to pay. The id is ours and is the provider's idempotency key.
CREATE TABLE payments (
  id uuid PRIMARY KEY,
  booking_id uuid NOT NULL REFERENCES bookings (id),
  provider text NOT NULL,
  status text NOT NULL CHECK (status IN ('open', 'captured', 'failed', 'cancelled', 'refunded')),
  amount_minor bigint NOT NULL CHECK (amount_minor >= 0),
  currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  -- Set before the provider is first asked: until then it can't know the payment, and needn't be asked to cancel it.
  requested_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX payments_one_open_per_booking ON payments (booking_id) WHERE status = 'open';
CREATE INDEX payments_booking ON payments (booking_id);

-- Money that moved, as the provider told it; told twice, it is written once.
CREATE TABLE payment_ledger (
  payment_id uuid NOT NULL REFERENCES payments (id),
  kind text NOT NULL CHECK (kind IN ('capture', 'refund')),
  -- The provider's id of this capture or refund.
  provider_event text NOT NULL,
  amount_minor bigint NOT NULL CHECK (amount_minor > 0),
  currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT payment_ledger_once UNIQUE (payment_id, kind, provider_event)
);

-- Opaque codes of checkout addresses (SHA-256 of them).
CREATE TABLE checkout_codes (
  code_hash bytea PRIMARY KEY CHECK (length(code_hash) = 32),
  payment_id uuid NOT NULL REFERENCES payments (id),
  expires_at timestamptz NOT NULL
);
CREATE INDEX checkout_codes_expiry ON checkout_codes (expires_at);

-- Work that came in. An event is done when processed_at is set, and given up, for a person to look at, when dead_at is.
CREATE TABLE webhook_inbox (
  provider text NOT NULL,
  event_id text NOT NULL,
  payload jsonb NOT NULL,
  received_at timestamptz NOT NULL DEFAULT now(),
  due_at timestamptz NOT NULL DEFAULT now(),
  attempts integer NOT NULL DEFAULT 0,
  last_error text,
  processed_at timestamptz,
  dead_at timestamptz,
  CONSTRAINT webhook_inbox_once PRIMARY KEY (provider, event_id)
);
CREATE INDEX webhook_inbox_due ON webhook_inbox (due_at) WHERE processed_at IS NULL AND dead_at IS NULL;

-- Work that goes out, written in the transaction that causes it. No order is promised: version is the booking's.
CREATE TABLE outbox (
  id uuid PRIMARY KEY,
  booking_id uuid NOT NULL REFERENCES bookings (id),
  version integer NOT NULL,
  kind text NOT NULL CHECK (kind IN ('inventory.apply', 'payment.refund', 'payment.cancel')),
  payload jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  due_at timestamptz NOT NULL DEFAULT now(),
  attempts integer NOT NULL DEFAULT 0,
  last_error text,
  done_at timestamptz,
  dead_at timestamptz
);
CREATE INDEX outbox_due ON outbox (due_at) WHERE done_at IS NULL AND dead_at IS NULL;
CREATE INDEX outbox_booking ON outbox (booking_id);

-- Stored answers of POSTs (BOOKING §5). The answer may hold a secret, so it is sealed with the caller's own credential.
CREATE TABLE idempotency_keys (
  caller text NOT NULL,
  key text NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
  body_hash text NOT NULL,
  status integer NOT NULL,
  answer text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT idempotency_keys_once PRIMARY KEY (caller, key)
);
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);

-- What the gate scans. Revoked with its booking; a higher version replaces a lower one.
CREATE TABLE entry_tickets (
  id uuid PRIMARY KEY,
  booking_id uuid NOT NULL REFERENCES bookings (id),
  ordinal integer NOT NULL CHECK (ordinal >= 0),
  zone_id text NOT NULL,
  seat_id text,
  version integer NOT NULL DEFAULT 1 CHECK (version BETWEEN 1 AND 65535),
  revoked_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX entry_tickets_one_valid ON entry_tickets (booking_id, ordinal) WHERE revoked_at IS NULL;

-- Who did what to a booking, and when.
CREATE TABLE booking_history (
  booking_id uuid NOT NULL REFERENCES bookings (id),
  version integer NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  actor text NOT NULL,
  action text NOT NULL,
  details jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX booking_history_booking ON booking_history (booking_id, at);
