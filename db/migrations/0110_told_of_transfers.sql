-- Who is given an entry ticket has it by mail, and who gave it is told.
ALTER TABLE notifications
  DROP CONSTRAINT notifications_kind_check,
  ADD CONSTRAINT notifications_kind_check CHECK (
    kind IN ('ticket', 'transferred', 'given', 'cancellation', 'refund', 'expiring', 'offer', 'turn_near', 'called')),
  -- The ticket that took the place of the one given away. No booking beside it: what its new holder is told is not its buyer's to see.
  ADD COLUMN entry_ticket_id uuid REFERENCES entry_tickets (id);
CREATE INDEX notifications_entry_ticket ON notifications (entry_ticket_id) WHERE entry_ticket_id IS NOT NULL;
