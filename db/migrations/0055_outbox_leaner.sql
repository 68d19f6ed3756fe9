-- Rows for the inventory are deleted once it knows (db/queries/outbox.ts), so few rows are ever done: only those are in the tidying
-- job's index, which every new row would otherwise be put into.
DROP INDEX outbox_done;
CREATE INDEX outbox_done ON outbox (done_at) WHERE done_at IS NOT NULL AND kind <> 'payment.refund';
