--- @include "restoring"
--- @include "unclaimed"
--- Purpose: one step of a restore: take out what an older state left of live keys, and of waiting tickets that were called.
--- KEYS: 1 state, 2 live, then the lanes' waiting. Access keys are named from ARGV[2]: they carry the same hash tag.
--- ARGV: 1 epoch, 2 access key prefix, 3 how many of each at most, then the lanes' calledTo
--- Returns: how many went, 0 when nothing is left; -1 when this epoch is not being restored.
--- Cost: O(at most × log).
if not goes_on(KEYS[1], ARGV[1]) then return -1 end
local most, gone = tonumber(ARGV[3]), 0
local live = redis.call('ZPOPMIN', KEYS[2], most)
for index = 1, #live, 2 do
  redis.call('DEL', ARGV[2] .. live[index])
  gone = gone + 1
end
local window_end = redis.call('ZRANGE', windows_key(KEYS[2]), 0, 0)[1]
if window_end then
  local unclaimed = redis.call('SPOP', window_key(KEYS[2], window_end), most)
  for _, id in ipairs(unclaimed) do redis.call('DEL', ARGV[2] .. id) end
  -- The window goes with its last key.
  if #unclaimed < most then redis.call('ZREM', windows_key(KEYS[2]), window_end) end
  gone = gone + #unclaimed + 1
end
for index = 4, #ARGV do
  local waiting_key = KEYS[index - 1]
  local called = math.min(most, redis.call('ZCOUNT', waiting_key, '-inf', ARGV[index]))
  if called > 0 then gone = gone + redis.call('ZREMRANGEBYRANK', waiting_key, 0, called - 1) end
end
return gone
