-- Which state of Redis a room's epoch and last tick belong to.

-- Redis time of the last written tick, so that two ticks of one number are told apart; null before the first.
ALTER TABLE rooms ADD COLUMN tick_at_ms bigint;

-- The server (run_id) that the epoch lives in; null while nobody has asked, or while that is not judged.
ALTER TABLE rooms ADD COLUMN redis_run_id text;

-- A restore counts the last minute's admissions among those of two days.
CREATE INDEX admissions_by_time ON admissions (room, admitted_at);
