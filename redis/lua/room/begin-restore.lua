--- @include "now"
--- @include "numbers"
--- Purpose: begin to put a room into Redis under a new epoch (WAITING-ROOM §5): its old state goes, and until restore-room has finished
---   the state names no epoch, so every script answers room_recovering. Live keys and waiting tickets go in steps (clear-restore).
--- KEYS: 1 state, then what is forgotten whole: config, spent, facts, ring, board, and per lane ready, ready-seen, late, answers, calls
--- ARGV: 1 epoch
--- Returns: 1 begun, 0 when this epoch or a later one stands or is being restored.
--- Cost: O(keys); the memory is freed in the background.
local state_key, epoch = KEYS[1], tonumber(ARGV[1])
local s = redis.call('HMGET', state_key, 'epoch', 'restoring')
if number_or(s[1], -1) >= epoch or number_or(s[2], -1) >= epoch then return 0 end
redis.call('UNLINK', unpack(KEYS))
redis.call('HSET', state_key, 'restoring', ARGV[1], 'restoringAt', digits(now_ms()))
return 1
