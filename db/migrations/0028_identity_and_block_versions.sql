-- Limits of a performance are counted by whom a booking is for: by e-mail so far, now also by the identity that the hold's receipt
-- names (its hash, edge/identity/). Null where the room asks for none.
ALTER TABLE bookings ADD COLUMN identity text;
-- Few rooms ask for one: where none does, the index has no rows and costs nothing.
CREATE INDEX bookings_identity ON bookings (performance_id, identity) WHERE identity IS NOT NULL;

-- Counts what operators change of a block (If-Match). Not `version`, which says whether the inventory has heard that it stands or ended.
ALTER TABLE blocks ADD COLUMN revision integer NOT NULL DEFAULT 1 CHECK (revision >= 1);

-- While statistics say that nobody is unpaid, an index of the unpaid looks as good as free to the planner: each booking's question
-- whether its owner has an unpaid one was answered by reading them all, slower with each that was unpaid. Said of pay_by, which is never
-- null, this condition keeps the index for who asks by pay_by.
DROP INDEX bookings_due;
CREATE INDEX bookings_due ON bookings (pay_by) WHERE status = 'pending_payment' AND pay_by IS NOT NULL;
