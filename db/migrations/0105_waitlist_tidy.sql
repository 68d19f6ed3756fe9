-- Offers are told by notifications (0070), so that no kind of the outbox is for them, and every row of it is a booking's again.
ALTER TABLE outbox DROP CONSTRAINT outbox_kind_check;
ALTER TABLE outbox ADD CONSTRAINT outbox_kind_check CHECK (kind IN ('inventory.apply', 'payment.refund', 'payment.cancel'));
ALTER TABLE outbox ALTER COLUMN booking_id SET NOT NULL;
