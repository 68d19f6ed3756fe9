-- What a join has to bring: an identity that the shop signed, and public keys to check it by (contracts/identity-keys.ts).
ALTER TABLE rooms ADD COLUMN require_identity boolean NOT NULL DEFAULT false;
ALTER TABLE rooms ADD COLUMN identity_keys jsonb NOT NULL DEFAULT '[]';

-- Or a widget to pass (Turnstile).
ALTER TABLE rooms DROP CONSTRAINT rooms_challenge_check;
ALTER TABLE rooms ADD CONSTRAINT rooms_challenge_check CHECK (challenge IN ('none', 'altcha', 'turnstile'));
