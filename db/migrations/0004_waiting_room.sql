-- The waiting room, complete: what a restore counts by, and switches of operators.

-- What a lane's line was made of at the last written tick (admission-worker/lost-tickets.ts); null before the first.
ALTER TABLE room_lanes ADD COLUMN line jsonb;

-- No calls go out while nothing is left to sell; may be taken back when stock returns.
ALTER TABLE rooms ADD COLUMN sold_out boolean NOT NULL DEFAULT false;
