--- @include "inventory"
--- Purpose: tells whether a hold lives, and until when. Changes nothing.
--- KEYS: 1–8 as in includes/inventory.lua
--- ARGV: 1 hold id, 2 owner, 3 fence
--- Returns: held, end, longest end, booking it is pinned for or '', now (ms) · gone. Errors: inventory_rebuilding.
--- Cost: O(1).
if not read_meta() then return refuse('inventory_rebuilding') end
local now = now_ms()
local hold, ends = read_hold(ARGV[1]), end_of(ARGV[1], now)
if not hold or not ends or hold.owner ~= ARGV[2] or hold.fence ~= ARGV[3] then return { 'gone' } end
return { 'held', whole(ends), hold.max, hold.booking, whole(now) }
