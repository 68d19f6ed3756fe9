-- What operators take back before its end: their own tokens, and visitors' tickets.

-- An operator token that counts no more, although its signature and time are good.
CREATE TABLE revoked_operator_tokens (
  jti text PRIMARY KEY,
  -- After this the token is refused for its age, and the row is of no use.
  expires_at timestamptz NOT NULL,
  revoked_by text NOT NULL,
  revoked_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX revoked_operator_tokens_expiry ON revoked_operator_tokens (expires_at);

-- Tickets that operators take out of a room. The admission worker turns each row into a script, once; applied_at says that it did.
CREATE TABLE revoked_tickets (
  room text NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
  ticket_id text NOT NULL,
  -- The longest that the ticket itself can live: until then it stays spent.
  expires_at timestamptz NOT NULL,
  revoked_by text NOT NULL,
  revoked_at timestamptz NOT NULL DEFAULT now(),
  applied_at timestamptz,
  PRIMARY KEY (room, ticket_id)
);
CREATE INDEX revoked_tickets_due ON revoked_tickets (revoked_at) WHERE applied_at IS NULL;

-- Who sets a room's rate.
ALTER TABLE rooms ADD COLUMN mode text NOT NULL DEFAULT 'manual' CHECK (mode IN ('manual', 'autopilot'));
