--- @include "settle-capacity"
--- Purpose: middle step of a load: the capacities of general zones as they are now, since the plan that the load began with may be older.
--- KEYS: 1–8 as in includes/inventory.lua
--- ARGV: 1 loader's token, then for each zone three values: zone, version, capacity
--- Returns: zones that differ from the plan, or -1 when another loader has taken over.
--- Cost: O(zones × legs).
local facts = redis.call('HMGET', meta_key, 'loader', 'epoch', 'legs')
if facts[1] ~= ARGV[1] then return -1 end
redis.call('HSET', meta_key, 'loader_at', whole(now_ms()))
return settle_capacities({ epoch = facts[2], legs = tonumber(facts[3]) }, 2)
