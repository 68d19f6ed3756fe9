--- @include "inventory"
--- Purpose: brings what Postgres says of general zones' capacities into the inventory (apply-capacities, and load-capacities after a loss).
-- meta's field `capacity:<zone>` is '<version> <capacity>' as it was last told; without it the layout's counts, as version 0.

local function laid_out(zone)
  for _, known in ipairs(cjson.decode(redis.call('HGET', meta_key, 'layout')).zones) do
    if known.id == zone and known.kind == 'general' then return known.capacity end
  end
end

-- Zones from ARGV[i] on, three values each: zone, version, capacity. Returns how many have changed.
local function settle_capacities(meta, i)
  local changed = 0
  for at = i, #ARGV, 3 do
    local zone, version, capacity = ARGV[at], tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
    local field = 'capacity:' .. zone
    local known, was = string.match(redis.call('HGET', meta_key, field) or '', '^(%d+) (%d+)$')
    was = tonumber(was) or laid_out(zone)
    if was and version > (tonumber(known) or 0) then
      redis.call('HSET', meta_key, field, whole(version) .. ' ' .. whole(capacity))
      local change = whole(capacity - was)
      if capacity ~= was then
        for leg = 0, meta.legs - 1 do redis.call('HINCRBY', zones_key, zone .. ':' .. leg, change) end
        announce(meta, 0, meta.legs, FREE, '', zone .. '=' .. change)
        changed = changed + 1
      end
    end
  end
  return changed
end
