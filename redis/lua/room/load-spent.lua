--- @include "restoring"
--- Purpose: one step of a restore: tickets that buy nothing any more, and so wait nowhere.
--- KEYS: 1 state, 2 spent, then the lanes' waiting
--- ARGV: 1 epoch, then id and end (ms) of each; at most 1000
--- Returns: 1 loaded, -1 when this epoch is not being restored.
--- Cost: O(tickets × lanes × log).
if not goes_on(KEYS[1], ARGV[1]) then return -1 end
local entries, ids = {}, {}
for index = 2, #ARGV, 2 do
  ids[#ids + 1] = ARGV[index]
  entries[index - 1], entries[index] = ARGV[index + 1], ARGV[index]
end
redis.call('ZADD', KEYS[2], unpack(entries))
for lane = 3, #KEYS do redis.call('ZREM', KEYS[lane], unpack(ids)) end
return 1
