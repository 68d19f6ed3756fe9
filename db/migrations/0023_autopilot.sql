-- A room's rate between two bounds, moved by the admission worker in mode 'autopilot' (0006).
ALTER TABLE rooms
  ADD COLUMN min_users_per_minute integer CHECK (min_users_per_minute >= 0),
  ADD COLUMN max_users_per_minute integer CHECK (max_users_per_minute >= 1),
  -- Where the autopilot stood after the last tick (contracts/autopilot.ts): any worker goes on from there, also after a loss of Redis.
  ADD COLUMN autopilot jsonb,
  ADD CHECK (min_users_per_minute <= max_users_per_minute),
  ADD CHECK (mode <> 'autopilot' OR (min_users_per_minute IS NOT NULL AND max_users_per_minute IS NOT NULL));
