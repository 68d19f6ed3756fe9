-- A ticket that was given to somebody else is revoked, and another takes its place: lists of revoked tickets name ids.
ALTER TABLE entry_tickets
  ADD COLUMN replaces uuid REFERENCES entry_tickets (id),
  -- Whom it was given to; null for a ticket that is still with the buyer of its booking.
  ADD COLUMN holder_name text,
  ADD COLUMN holder_email text,
  ADD COLUMN holder_email_normalised text,
  -- Opens this ticket alone (SHA-256 of the token).
  ADD COLUMN access_token_hash bytea CHECK (length(access_token_hash) = 32),
  ADD CONSTRAINT entry_tickets_whole_holder CHECK (
    num_nonnulls(replaces, holder_name, holder_email, holder_email_normalised, access_token_hash) IN (0, 5));
-- Of two who are given the same ticket at once, one gets it.
CREATE UNIQUE INDEX entry_tickets_given_once ON entry_tickets (replaces) WHERE replaces IS NOT NULL;
CREATE INDEX entry_tickets_of_holder ON entry_tickets (holder_email_normalised) WHERE holder_email_normalised IS NOT NULL;
