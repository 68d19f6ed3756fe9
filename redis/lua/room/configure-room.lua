--- Purpose: copy a room's settings from Postgres into Redis when their version moved (WAITING-ROOM §7).
--- KEYS: 1 config, 2 state
--- ARGV: 1 epoch, 2 version, then field, value, field, value …
--- Returns: 1 written, 0 not newer, -1 the state is lost or another epoch's.
--- Cost: O(fields).
if redis.call('HGET', KEYS[2], 'epoch') ~= ARGV[1] then return -1 end
if (tonumber(redis.call('HGET', KEYS[1], 'version') or '') or 0) >= tonumber(ARGV[2]) then return 0 end
redis.call('HSET', KEYS[1], 'version', ARGV[2], unpack(ARGV, 3))
return 1
