-- Browsers that asked to be told of an offer of the waitlist: as those of bookings, by an entry in the place of a booking.
ALTER TABLE push_subscriptions
  ALTER COLUMN booking_id DROP NOT NULL,
  ADD COLUMN entry_id uuid REFERENCES waitlist_entries (id),
  ADD CONSTRAINT push_subscriptions_of_one CHECK (num_nonnulls(booking_id, entry_id) = 1);
CREATE UNIQUE INDEX push_subscriptions_once_an_entry ON push_subscriptions (entry_id, endpoint_hash) WHERE entry_id IS NOT NULL;
-- What was offered to somebody, whose data is erased.
CREATE INDEX waitlist_offers_entry ON waitlist_offers (entry_id);
