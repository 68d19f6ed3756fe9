--- @include "settle-booking"
--- Purpose: brings one booking's change from Postgres into the inventory. May come late, twice or out of order: it applies only
---   when its version is newer than the last applied one, and frees only what that booking has.
--- KEYS: 1–8 as in includes/inventory.lua, 9 last version of the booking once it is freed
--- ARGV: 1 booking id, 2 version, 3 pending|sold|free, 4 hold id or '', 5 first leg, 6 leg after the last, 7 seats 'a,b',
---   8 places 'zone=2', 9 how long a freed booking is remembered (ms)
--- Returns: applied, version · stale, version. Errors: inventory_rebuilding.
--- Cost: O(seats × legs of the booking).
local meta = read_meta()
if not meta then return refuse('inventory_rebuilding') end
local b = {
  id = ARGV[1], version = ARGV[2], state = ARGV[3], hold = ARGV[4], from = tonumber(ARGV[5]), to = tonumber(ARGV[6]),
  seats = ARGV[7], zones = ARGV[8],
}
local known, was = string.match(redis.call('HGET', bookings_key, b.id) or '', '^(%d+) (%a+)$')
known = tonumber(known or redis.call('GET', KEYS[9]) or '-1')
if known >= tonumber(b.version) then return { 'stale', version_of(meta) } end
local version
if b.state == 'free' then
  version = free_for_booking(meta, b, was)
  redis.call('SET', KEYS[9], b.version, 'PX', ARGV[9])
else
  version = take_for_booking(meta, b, was)
  redis.call('DEL', KEYS[9])
end
return { 'applied', version or version_of(meta) }
