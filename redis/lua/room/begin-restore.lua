--- @include "now"
--- @include "numbers"
--- @include "law"
--- @include "batch"
--- @include "seen"
--- Purpose: begin to put a room into Redis under a new epoch (WAITING-ROOM §5): its old state goes, and until restore-room has finished
---   the state names no epoch, so every script answers room_recovering. Live keys and waiting tickets go in steps (clear-restore).
--- KEYS: 1 state, then what is forgotten whole: config, spent, facts, ring, board, and per lane ready, ready-seen, late, answers, calls
--- ARGV: 1 epoch
--- Returns: 1 begun, 0 when this epoch or a later one stands or is being restored.
--- Cost: O(keys + seconds since the last tick, a day of them at most); the memory is freed in the background.
local MAX_SECONDS = 86400
local state_key, epoch = KEYS[1], tonumber(ARGV[1])
local s = redis.call('HMGET', state_key, 'epoch', 'restoring', 'judgedTo')
if number_or(s[1], -1) >= epoch or number_or(s[2], -1) >= epoch then return 0 end
-- Nobody has to answer again later than that: what is left in these sets would be judged by nobody.
local last = math.floor((now_ms() + ANSWER_MAX_MS + GRACE_MS) / 1000)
local seen_sets = {}
for at = 8, #KEYS, 5 do
  for second = math.max(number_or(s[3], last), last - MAX_SECONDS), last do seen_sets[#seen_sets + 1] = seen_set(KEYS[at], second) end
end
each_chunk(seen_sets, function(...) redis.call('UNLINK', ...) end)
redis.call('UNLINK', unpack(KEYS))
redis.call('HSET', state_key, 'restoring', ARGV[1], 'restoringAt', digits(now_ms()))
return 1
