-- What operators' systems are told of bookings (Standard Webhooks): where to, and what is yet to be sent.

CREATE TABLE webhook_endpoints (
  id uuid PRIMARY KEY,
  url text NOT NULL,
  events text[] NOT NULL,
  -- whsec_…, sealed by core.
  secret text NOT NULL,
  -- Signs beside the new one until this time.
  previous_secret text,
  previous_until timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  disabled_at timestamptz,
  -- The tidying job takes its deliveries by and by; the row stays, since the audit trail names it.
  deleted_at timestamptz,
  last_delivered_at timestamptz,
  last_failed_at timestamptz,
  last_error text
);

-- One event for one endpoint. The rows are the work, as in the outbox; event_id stays the same however often it is sent.
-- No reference to the endpoint: each batch of bookings would lock the same row of it.
CREATE TABLE webhook_deliveries (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  endpoint_id uuid NOT NULL,
  event_id uuid NOT NULL,
  type text NOT NULL,
  -- Null: a test that an operator asked for.
  booking_id uuid REFERENCES bookings (id),
  -- The booking's: a receiver ignores what is older than it has seen.
  version integer,
  at timestamptz NOT NULL DEFAULT now(),
  due_at timestamptz NOT NULL DEFAULT now(),
  attempts integer NOT NULL DEFAULT 0,
  last_error text,
  done_at timestamptz,
  dead_at timestamptz
);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (endpoint_id, due_at) WHERE done_at IS NULL AND dead_at IS NULL;
CREATE INDEX webhook_deliveries_done ON webhook_deliveries (done_at) WHERE done_at IS NOT NULL;
CREATE INDEX webhook_deliveries_dead ON webhook_deliveries (dead_at) WHERE dead_at IS NOT NULL;

-- Each change of a booking's state becomes an event for each endpoint that asked for it, in the transaction that makes the change,
-- whichever statement that is. One insert for a whole batch; nothing at all while nobody has registered.
CREATE FUNCTION tell_of_bookings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM webhook_endpoints WHERE disabled_at IS NULL AND deleted_at IS NULL) THEN
    WITH event AS MATERIALIZED (
      SELECT gen_random_uuid() AS id, 'booking.' || now_is.status AS type, now_is.id AS booking_id, now_is.version
      FROM changed now_is JOIN before was ON was.id = now_is.id WHERE was.status <> now_is.status)
    INSERT INTO webhook_deliveries (endpoint_id, event_id, type, booking_id, version)
    SELECT e.id, event.id, event.type, event.booking_id, event.version
    FROM event JOIN webhook_endpoints e ON e.disabled_at IS NULL AND e.deleted_at IS NULL AND event.type = ANY (e.events);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER bookings_told AFTER UPDATE ON bookings
  REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION tell_of_bookings();
