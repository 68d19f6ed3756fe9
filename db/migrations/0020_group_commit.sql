-- What writing bookings in batches needs.

-- Places that one buyer (by normalised e-mail) may have of a performance, pending and paid together; null: as many as there are.
ALTER TABLE performances ADD COLUMN places_per_buyer integer CHECK (places_per_buyer > 0);
-- Counted by it; also serves who asks by performance alone, as the index did that it replaces.
CREATE INDEX bookings_buyer ON bookings (performance_id, email_normalised);
DROP INDEX bookings_performance;

-- A zone on sale is updated by every batch. Pages that are half empty are pruned early, so that a look-up of its row doesn't walk
-- past a hundred dead versions of it.
ALTER TABLE zone_legs SET (fillfactor = 50);
