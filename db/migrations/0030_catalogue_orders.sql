-- What operators edit of the catalogue: versions for If-Match, fees, times of sale, zones of a seat map, capacities that grow.

ALTER TABLE venues ADD COLUMN version integer NOT NULL DEFAULT 1;
ALTER TABLE events ADD COLUMN version integer NOT NULL DEFAULT 1;

ALTER TABLE performances
  ADD COLUMN version integer NOT NULL DEFAULT 1,
  -- A scheduled performance goes on sale by itself then; one that is on sale sells nothing before it.
  ADD COLUMN on_sale_at timestamptz,
  -- How long before starts_at its sale ends; null: not until the status says so.
  ADD COLUMN sales_cut_off_seconds integer CHECK (sales_cut_off_seconds >= 0);
CREATE INDEX performances_to_open ON performances (on_sale_at) WHERE status = 'scheduled' AND on_sale_at IS NOT NULL;

ALTER TABLE zones
  -- What of the price is a fee.
  ADD COLUMN fee_minor bigint NOT NULL DEFAULT 0,
  ADD CONSTRAINT zones_fee_within_price CHECK (fee_minor >= 0 AND fee_minor <= price_minor),
  -- Counts changes of the capacity. The row is the work: the inventory in Redis has been told of capacity_applied.
  ADD COLUMN capacity_version integer NOT NULL DEFAULT 1,
  ADD COLUMN capacity_applied integer NOT NULL DEFAULT 1,
  ADD COLUMN capacity_due_at timestamptz NOT NULL DEFAULT now();
CREATE INDEX zones_capacity_due ON zones (capacity_due_at) WHERE capacity_applied < capacity_version;

-- Money of the prices that a map brings; null: it brings none.
ALTER TABLE seat_maps ADD COLUMN currency text CHECK (currency ~ '^[A-Z]{3}$');

-- Zones of a seat map, with what a performance of it starts from.
CREATE TABLE seat_map_zones (
  seat_map_id text NOT NULL REFERENCES seat_maps (id),
  id text NOT NULL CHECK (id ~ '^[a-z0-9][a-z0-9-]{0,63}$'),
  ordinal integer NOT NULL,
  name text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('reserved', 'general')),
  -- Seats of a reserved zone, places of a general one.
  capacity integer NOT NULL CHECK (capacity >= 0),
  class text,
  quota text,
  price_minor bigint CHECK (price_minor > 0),
  fee_minor bigint NOT NULL DEFAULT 0 CHECK (fee_minor >= 0),
  PRIMARY KEY (seat_map_id, id)
);
INSERT INTO seat_map_zones (seat_map_id, id, ordinal, name, kind, capacity)
SELECT m.id, z.zone ->> 'id', z.ordinal - 1, z.zone ->> 'id', 'reserved', seats.count
FROM seat_maps m
  CROSS JOIN LATERAL json_array_elements(m.document -> 'zones') WITH ORDINALITY AS z (zone, ordinal)
  CROSS JOIN LATERAL (SELECT coalesce(sum(json_array_length(r.row -> 'seats')), 0)::int AS count
    FROM json_array_elements(z.zone -> 'rows') AS r (row)) AS seats
WHERE seats.count > 0;
