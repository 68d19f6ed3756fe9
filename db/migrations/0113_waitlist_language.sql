-- What the browser of whoever joined asked for, of those that messages are written in.
ALTER TABLE waitlist_entries ADD COLUMN language text NOT NULL DEFAULT 'en' CHECK (language ~ '^[a-z]{2}$');
