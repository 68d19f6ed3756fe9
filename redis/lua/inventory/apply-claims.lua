--- @include "settle-booking"
--- Purpose: brings some bookings' changes from Postgres into the inventory. Each may come late, twice or out of order: it applies only
---   when its version is newer than the last applied one, and frees only what that booking has.
--- KEYS: 1–8 as in includes/inventory.lua, then for each booking: last version of it once it is freed
--- ARGV: 1 how long a freed booking is remembered (ms), then for each booking: id, version, pending|sold|free, hold id or '', first leg,
---   leg after the last, seats 'a,b', places 'zone=2'
--- Returns: for each booking: applied or stale, version of the inventory. Errors: inventory_rebuilding.
--- Cost: O(seats × legs of the bookings).
local meta = read_meta()
if not meta then return refuse('inventory_rebuilding') end

local function apply(b, freed_key)
  local known, was = string.match(redis.call('HGET', bookings_key, b.id) or '', '^(%d+) (%a+)$')
  known = tonumber(known or redis.call('GET', freed_key) or '-1')
  if known >= tonumber(b.version) then return 'stale', version_of(meta) end
  local version
  if b.state == 'free' then
    version = free_for_booking(meta, b, was)
    redis.call('SET', freed_key, b.version, 'PX', ARGV[1])
  else
    version = take_for_booking(meta, b, was)
    redis.call('DEL', freed_key)
  end
  return 'applied', version or version_of(meta)
end

local reply = {}
for n = 9, #KEYS do
  local i = 2 + 8 * (n - 9)
  reply[#reply + 1], reply[#reply + 2] = apply({
    id = ARGV[i], version = ARGV[i + 1], state = ARGV[i + 2], hold = ARGV[i + 3],
    from = tonumber(ARGV[i + 4]), to = tonumber(ARGV[i + 5]), seats = ARGV[i + 6], zones = ARGV[i + 7],
  }, KEYS[n])
end
return reply
