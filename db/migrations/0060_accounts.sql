-- Accounts of customers: an address that was shown to be theirs. Bookings are an account's by that address, not by a reference.

CREATE TABLE accounts (
  id uuid PRIMARY KEY,
  -- One spelling per mailbox, as bookings.email_normalised has it.
  email text NOT NULL CONSTRAINT accounts_one_per_email UNIQUE,
  created_at timestamptz NOT NULL DEFAULT now()
);

-- Who an identity provider says somebody is; the address was theirs when it was linked.
CREATE TABLE account_identities (
  issuer text NOT NULL,
  subject text NOT NULL,
  account_id uuid NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  linked_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (issuer, subject)
);
CREATE INDEX account_identities_account ON account_identities (account_id);

CREATE TABLE account_sessions (
  token_hash bytea PRIMARY KEY CHECK (length(token_hash) = 32),
  account_id uuid NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL
);
CREATE INDEX account_sessions_account ON account_sessions (account_id, created_at);
CREATE INDEX account_sessions_expiry ON account_sessions (expires_at);

-- The one code of an address, which need not have an account. Neither is here in clear: both are hashed under a key of core's.
CREATE TABLE sign_in_codes (
  address_hash bytea PRIMARY KEY CHECK (length(address_hash) = 32),
  code_hash bytea NOT NULL CHECK (length(code_hash) = 32),
  tries integer NOT NULL DEFAULT 0 CHECK (tries BETWEEN 0 AND 5),
  expires_at timestamptz NOT NULL
);
CREATE INDEX sign_in_codes_expiry ON sign_in_codes (expires_at);

-- An account's bookings, the newest first.
CREATE INDEX bookings_of_email ON bookings (email_normalised, id);
