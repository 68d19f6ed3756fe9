-- Whether any browser asked to be told of the booking: the trigger looks for subscriptions only where there are some. Without it every
-- booking of a crowd paid an index probe for the few that are pushed.
ALTER TABLE bookings ADD COLUMN is_pushed boolean NOT NULL DEFAULT false;
UPDATE bookings SET is_pushed = true WHERE id IN (SELECT booking_id FROM push_subscriptions);

CREATE OR REPLACE FUNCTION tell_buyers() RETURNS trigger LANGUAGE plpgsql AS $$
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
  IF EXISTS (SELECT 1 FROM changed WHERE is_pushed) THEN
    INSERT INTO notifications (event, kind, channel, address, address_hash, language, booking_id)
    SELECT 'booking:' || now_is.id || ':' || now_is.version,
      CASE now_is.status WHEN 'confirmed' THEN 'ticket' WHEN 'cancelled' THEN 'cancellation' ELSE 'refund' END,
      'push', browser.subscription, browser.endpoint_hash, browser.language, now_is.id
    FROM changed now_is JOIN before was ON was.id = now_is.id
      CROSS JOIN LATERAL (SELECT s.subscription, s.endpoint_hash, s.language FROM push_subscriptions s
        WHERE s.booking_id = now_is.id LIMIT 10) browser
    WHERE now_is.is_pushed AND was.status <> now_is.status
      AND (now_is.status IN ('confirmed', 'refunded') OR (now_is.status = 'cancelled' AND was.status = 'confirmed'))
      AND EXISTS (SELECT 1 FROM notification_channels WHERE channel = 'push')
    ON CONFLICT ON CONSTRAINT notifications_once DO NOTHING;
  END IF;
  RETURN NULL;
END $$;
