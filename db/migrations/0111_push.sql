-- Browsers that asked to be told of a booking by web push (RFC 8030).
CREATE TABLE push_subscriptions (
  id uuid PRIMARY KEY,
  booking_id uuid NOT NULL REFERENCES bookings (id),
  endpoint_hash bytea NOT NULL CHECK (length(endpoint_hash) = 32),
  -- As the browser gave it: where to send, and the keys to encrypt for. Useless without our own key.
  subscription text NOT NULL,
  language text NOT NULL CHECK (language ~ '^[a-z]{2}$'),
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  CONSTRAINT push_subscriptions_once UNIQUE (booking_id, endpoint_hash)
);
CREATE INDEX push_subscriptions_endpoint ON push_subscriptions (endpoint_hash);
CREATE INDEX push_subscriptions_expire ON push_subscriptions (expires_at);

-- As before (0070), and by push where that is on. LATERAL with a limit: planned as a loop by index however many subscriptions there are.
CREATE OR REPLACE FUNCTION tell_buyers() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  channels text[] := ARRAY(SELECT channel FROM notification_channels);
BEGIN
  IF 'mail' = ANY (channels) THEN
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
  IF 'push' = ANY (channels) THEN
    INSERT INTO notifications (event, kind, channel, address, address_hash, language, booking_id)
    SELECT 'booking:' || now_is.id || ':' || now_is.version,
      CASE now_is.status WHEN 'confirmed' THEN 'ticket' WHEN 'cancelled' THEN 'cancellation' ELSE 'refund' END,
      'push', browser.subscription, browser.endpoint_hash, browser.language, now_is.id
    FROM changed now_is JOIN before was ON was.id = now_is.id
      CROSS JOIN LATERAL (SELECT s.subscription, s.endpoint_hash, s.language FROM push_subscriptions s
        WHERE s.booking_id = now_is.id LIMIT 10) browser
    WHERE was.status <> now_is.status
      AND (now_is.status IN ('confirmed', 'refunded') OR (now_is.status = 'cancelled' AND was.status = 'confirmed'))
    ON CONFLICT ON CONSTRAINT notifications_once DO NOTHING;
  END IF;
  RETURN NULL;
END $$;
