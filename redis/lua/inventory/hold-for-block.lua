--- @include "take-places"
--- Purpose: sets places aside for a block that is about to be written to Postgres, all or nothing, so that nobody holds them meanwhile.
---   apply-block takes them over; what is never written goes free by itself. May be repeated.
--- KEYS: 1–8 as in includes/inventory.lua
--- ARGV: 1 block id, 2 first leg, 3 leg after the last, 4 seats 'a,b' ascending, 5 places 'zone=2', 6 how many in all, 7 life (ms)
--- Returns: held, fence · seats_unavailable, 'a,b' · zone_sold_out, zone, available. Errors: inventory_rebuilding.
--- Cost: O(seats × legs).
local meta = read_meta()
if not meta then return refuse('inventory_rebuilding') end
local now = now_ms()
local id, ends = 'block:' .. ARGV[1], whole(now + tonumber(ARGV[7]))
local before = read_hold(id)
if before and end_of(id, now) then
  redis.call('ZADD', holds_key, ends, id)
  return { 'held', before.fence }
end
if before then free_hold(meta, id) end
sweep(meta, now, SWEEP_FIRST)
local hold = {
  id = id, owner = 'block', from = tonumber(ARGV[2]), to = tonumber(ARGV[3]), seats = ARGV[4], zones = ARGV[5], places = ARGV[6],
  max = ends, booking = '', before = '', subject = id,
}
local refused = take_places(meta, now, hold, ends)
if refused then return refused end
return { 'held', hold.fence }
