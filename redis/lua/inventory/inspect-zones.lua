--- @include "inventory"
--- Purpose: the counters of general zones and all that holds have of them, for reconciliation. Changes nothing, sweeps nothing.
--- KEYS: 1–8 as in includes/inventory.lua
--- ARGV: bookings whose change is under way from Postgres
--- Returns: version, { zone:leg, free, … }, { first leg, leg after the last, 'zone=2', … } of each hold with places, ids of the
---   bookings asked for that are applied here. Errors: inventory_rebuilding.
--- Cost: O(holds + zones × legs).
local meta = read_meta()
if not meta then return refuse('inventory_rebuilding') end
local held, applied = {}, {}
for _, id in ipairs(redis.call('ZRANGE', holds_key, 0, -1)) do
  local hold = read_hold(id)
  if hold and hold.zones ~= '' then
    held[#held + 1], held[#held + 2], held[#held + 3] = hold.from, hold.to, living_zones(hold.from, hold.zones)
  end
end
for i = 1, #ARGV do
  if redis.call('HEXISTS', bookings_key, ARGV[i]) == 1 then applied[#applied + 1] = ARGV[i] end
end
return { version_of(meta), redis.call('HGETALL', zones_key), held, applied }
