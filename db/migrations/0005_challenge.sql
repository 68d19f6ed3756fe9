-- What a join has to solve first: nothing, or a proof of work (altcha).
ALTER TABLE rooms ADD COLUMN challenge text NOT NULL DEFAULT 'none' CHECK (challenge IN ('none', 'altcha'));
