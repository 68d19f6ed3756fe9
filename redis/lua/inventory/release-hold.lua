--- @include "inventory"
--- Purpose: gives a hold back. A tombstone keeps its receipt from being placed again. Idempotent.
--- KEYS: 1–8 as in includes/inventory.lua, 9 tombstone of the hold
--- ARGV: 1 hold id, 2 owner, 3 fence, 4 end of the tombstone (ms)
--- Returns: released, version · gone (there was nothing to give back) · booked, booking id. Errors: inventory_rebuilding.
--- Cost: O(seats × legs of the hold).
local meta = read_meta()
if not meta then return refuse('inventory_rebuilding') end
local hold, now = read_hold(ARGV[1]), now_ms()
if hold and hold.owner == ARGV[2] and hold.booking ~= '' and end_of(ARGV[1], now) then return { 'booked', hold.booking } end
redis.call('SET', KEYS[9], '1', 'PX', whole(math.max(tonumber(ARGV[4]) - now, 1000)))
if not hold or hold.owner ~= ARGV[2] or hold.fence ~= ARGV[3] then return { 'gone' } end
free_hold(meta, ARGV[1])
return { 'released', version_of(meta) }
