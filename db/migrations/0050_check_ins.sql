-- Who was let in. The primary key is what makes it once for each entry ticket, whichever gate it is shown at.
CREATE TABLE check_ins (
  ticket_id uuid PRIMARY KEY REFERENCES entry_tickets (id),
  performance_id text NOT NULL REFERENCES performances (id),
  scan_id uuid NOT NULL UNIQUE,
  gate text NOT NULL,
  scanned_at timestamptz NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  is_offline boolean NOT NULL,
  actor text NOT NULL
);
CREATE INDEX check_ins_performance ON check_ins (performance_id, recorded_at);

-- Scans at gates without a network that let somebody in whom the record would not have let in.
CREATE TABLE check_in_conflicts (
  scan_id uuid PRIMARY KEY,
  performance_id text NOT NULL REFERENCES performances (id),
  ticket_id uuid,
  result text NOT NULL CHECK (result IN ('already_in', 'revoked', 'wrong_performance', 'forged')),
  gate text NOT NULL,
  scanned_at timestamptz NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  actor text NOT NULL
);
CREATE INDEX check_in_conflicts_performance ON check_in_conflicts (performance_id, recorded_at, scan_id);

-- For the revocation lists of gates.
CREATE INDEX entry_tickets_revoked ON entry_tickets (booking_id) WHERE revoked_at IS NOT NULL;
