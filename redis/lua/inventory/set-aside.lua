--- @include "take-places"
--- Purpose: keeps free places for those who wait, all or nothing, as if a hold of them had just ended: core decides whom they are
---   offered to, and nobody else gets them meanwhile.
--- KEYS: 1–8 as in includes/inventory.lua
--- ARGV: 1 id 'kept:…', 2 first leg, 3 leg after the last, 4 places 'zone=2' or '', 5 best available as in place-hold or '', 6 how many in all
--- Returns: kept, seats 'a,b' · none (not so many are free, or not side by side). Errors: inventory_rebuilding.
--- Cost: as place-hold.
local meta = read_meta()
if not meta then return refuse('inventory_rebuilding') end
local now = now_ms()
sweep(meta, now, SWEEP_FIRST)
local kept = {
  id = ARGV[1], owner = 'waitlist', from = tonumber(ARGV[2]), to = tonumber(ARGV[3]), seats = '', zones = ARGV[4], places = ARGV[6],
  max = '0', booking = '', before = '', subject = ARGV[1], best = ARGV[5] ~= '' and ARGV[5] or nil,
}
if take_places(meta, now, kept, '+inf') then return { 'none' } end
return { 'kept', kept.seats }
