-- A ticket that was given away can be taken back by who gave it: another takes its place, and is theirs again.
ALTER TABLE entry_tickets
  ADD COLUMN is_return boolean NOT NULL DEFAULT false,
  DROP CONSTRAINT entry_tickets_whole_holder,
  ADD CONSTRAINT entry_tickets_whole_holder CHECK (
    num_nonnulls(holder_name, holder_email, holder_email_normalised, access_token_hash) IN (0, 4)
    -- Whoever holds one was given it; only one that came back may be the buyer's again.
    AND (replaces IS NOT NULL OR holder_name IS NULL) AND (replaces IS NULL OR holder_name IS NOT NULL OR is_return)
    AND (replaces IS NOT NULL OR NOT is_return));
ALTER TABLE notifications
  DROP CONSTRAINT notifications_kind_check,
  ADD CONSTRAINT notifications_kind_check CHECK (
    kind IN ('ticket', 'moved', 'transferred', 'given', 'returned', 'taken_back', 'cancellation', 'refund', 'expiring', 'offer', 'turn_near',
      'called'));
