-- Rounds of `random` rooms are drawn by seeds that follow from a secret of the room; it never leaves the servers. Each row gets its own.
ALTER TABLE rooms ADD COLUMN round_secret text NOT NULL DEFAULT replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');
