--- @include "inventory"
--- Purpose: how many places visitors hold without a booking, a slice of the holds at a time. Changes nothing, sweeps nothing.
--- KEYS: 1–8 as in includes/inventory.lua
--- ARGV: 1 first hold, by its end, 2 how many holds to look at
--- Returns: places held in them, holds looked at (fewer than asked for: it was the last slice). Errors: inventory_rebuilding.
--- Cost: O(holds looked at); about 1 ms for 1,000.
if not read_meta() then return refuse('inventory_rebuilding') end
local first = tonumber(ARGV[1])
local ids, places = redis.call('ZRANGE', holds_key, first, first + tonumber(ARGV[2]) - 1), 0
if #ids == 0 then return { 0, 0 } end
local keys, now = {}, now_ms()
for i = 1, #ids do keys[i] = prefix .. 'hold:' .. ids[i] end
local records = redis.call('MGET', unpack(keys))
for i = 1, #ids do
  local count, booking = string.match(records[i] or '', '^[^|]*|[^|]*|[^|]*|[^|]*|[^|]*|(%d+)|[^|]*|[^|]*|([^|]*)|')
  if booking == '' and end_of(ids[i], now) then places = places + tonumber(count) end
end
return { places, #ids }
