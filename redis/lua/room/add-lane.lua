--- Purpose: let a lane begin that the settings name and this epoch does not know yet, after Postgres has leased its first block.
--- KEYS: 1 state
--- ARGV: 1 epoch, 2 lane, 3 first number, 4 leased to
--- Returns: 1 begun, 0 known before, -1 the state is lost or another epoch's.
--- Cost: O(1).
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return -1 end
local lane = ARGV[2]
if redis.call('HSETNX', KEYS[1], 'counter:' .. lane, ARGV[3]) == 0 then return 0 end
redis.call('HSET', KEYS[1], 'counterBefore:' .. lane, ARGV[3], 'from:' .. lane, ARGV[3], 'base:' .. lane, ARGV[3], 'leasedTo:' .. lane, ARGV[4])
return 1
