-- What people are told by mail and web push: once per event and address.

-- What the buyer's browser asked for when they booked, of those that messages are written in.
ALTER TABLE bookings ADD COLUMN language text NOT NULL DEFAULT 'en' CHECK (language ~ '^[a-z]{2}$');

-- Ways that core is configured to send by. Without a row nothing is written for it, and bookings pay nothing.
CREATE TABLE notification_channels (
  channel text PRIMARY KEY CHECK (channel IN ('mail', 'push'))
);

-- One event for one address. The rows are the work, as in the outbox.
CREATE TABLE notifications (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  event text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('ticket', 'cancellation', 'refund', 'expiring', 'offer', 'turn_near', 'called')),
  channel text NOT NULL CHECK (channel IN ('mail', 'push')),
  -- Of push: the subscription as JSON. Null once it was sent.
  address text,
  address_hash bytea NOT NULL CHECK (length(address_hash) = 32),
  language text NOT NULL CHECK (language ~ '^[a-z]{2}$'),
  booking_id uuid REFERENCES bookings (id),
  payload jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now(),
  due_at timestamptz NOT NULL DEFAULT now(),
  attempts integer NOT NULL DEFAULT 0,
  last_error text,
  done_at timestamptz,
  dead_at timestamptz,
  CONSTRAINT notifications_once UNIQUE (event, channel, address_hash),
  CHECK (address IS NOT NULL OR done_at IS NOT NULL)
);
CREATE INDEX notifications_due ON notifications (due_at) WHERE done_at IS NULL AND dead_at IS NULL;
CREATE INDEX notifications_done ON notifications (done_at) WHERE done_at IS NOT NULL;
CREATE INDEX notifications_dead ON notifications (dead_at) WHERE dead_at IS NOT NULL;
CREATE INDEX notifications_booking ON notifications (booking_id) WHERE booking_id IS NOT NULL;

CREATE FUNCTION notification_address_hash(address text) RETURNS bytea LANGUAGE sql IMMUTABLE
  RETURN sha256(convert_to(lower(address), 'UTF8'));

-- Buyers are told of their booking in the transaction that changes it, whichever statement that is; one insert for a whole batch.
CREATE FUNCTION tell_buyers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM notification_channels WHERE channel = 'mail') THEN
    INSERT INTO notifications (event, kind, channel, address, address_hash, language, booking_id)
    SELECT 'booking:' || now_is.id || ':' || now_is.version,
      CASE now_is.status WHEN 'confirmed' THEN 'ticket' WHEN 'cancelled' THEN 'cancellation' ELSE 'refund' END,
      'mail', now_is.buyer_email, notification_address_hash(now_is.buyer_email), now_is.language, now_is.id
    FROM changed now_is JOIN before was ON was.id = now_is.id
    WHERE was.status <> now_is.status
      -- Whoever gives up what was never paid has just said so.
      AND (now_is.status IN ('confirmed', 'refunded') OR (now_is.status = 'cancelled' AND was.status = 'confirmed'))
    ON CONFLICT ON CONSTRAINT notifications_once DO NOTHING;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER bookings_told_to_buyers AFTER UPDATE ON bookings
  REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION tell_buyers();
