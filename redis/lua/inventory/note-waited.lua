--- @include "inventory"
--- Purpose: notes that somebody waits for zones, or that nobody does any more. From then on, what holds of these zones had is kept when
---   they end. Also while the inventory is being loaded.
--- KEYS: 1–8 as in includes/inventory.lua
--- ARGV: for each zone four values: zone, number of the entry that waits, first seat and seat after the last ('' both: a general zone);
---   or zone, the number that was noted last, 'drop', '': nobody waits any more, unless somebody was noted since
--- Returns: zones that are waited for; -1 when there is no inventory.
--- Cost: O(zones).
if redis.call('EXISTS', meta_key) == 0 then return -1 end
for i = 1, #ARGV, 4 do
  local zone, number, first, last = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3]
  local known = string.match(redis.call('HGET', waited_key, zone) or '', '^%d+')
  if first == 'drop' then
    if known == number then redis.call('HDEL', waited_key, zone) end
  else
    local newest = math.max(tonumber(known or '0'), tonumber(number))
    redis.call('HSET', waited_key, zone, whole(newest) .. '|' .. first .. '|' .. last)
  end
end
local zones = redis.call('HLEN', waited_key)
if zones == 0 then redis.call('HDEL', meta_key, 'waited') else redis.call('HSET', meta_key, 'waited', '1') end
return zones
