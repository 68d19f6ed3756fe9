--- Purpose: let a lane's counter run on, after Postgres has leased the block.
--- KEYS: 1 state
--- ARGV: 1 epoch, 2 lane, 3 leased to
--- Returns: 1 extended, 0 not further than before, -1 the state is lost or another epoch's.
--- Cost: O(1).
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return -1 end
local field = 'leasedTo:' .. ARGV[2]
if (tonumber(redis.call('HGET', KEYS[1], field) or '') or 0) >= tonumber(ARGV[3]) then return 0 end
redis.call('HSET', KEYS[1], field, ARGV[3])
return 1
