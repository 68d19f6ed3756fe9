-- By its booking only a refund is looked for. Rows for the inventory, which come and go with each booking, stay out of that index.
CREATE INDEX outbox_refunds ON outbox (booking_id) WHERE kind = 'payment.refund';
DROP INDEX outbox_booking;
