-- What a process has to tell the inventory of bookings that it has just written: a row for each batch, which is deleted once it was told.
-- A row of the outbox for each booking cost a twentieth of Postgres's time for it, to be deleted a moment later. A process that dies, or
-- can't tell, leaves its rows until `due_at`; then whoever comes first makes rows of the outbox of them.
CREATE TABLE own_work (
  id uuid PRIMARY KEY,
  bookings uuid[] NOT NULL,
  due_at timestamptz NOT NULL
);
CREATE INDEX own_work_due ON own_work (due_at);
