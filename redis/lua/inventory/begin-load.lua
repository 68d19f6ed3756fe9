--- @include "inventory"
--- Purpose: first step of a load: empties the inventory and lays out seats and zones as unsold. One loader at a time. Holds pinned
---   for a booking stay, because their booking may be committing just now. Read Postgres only after this step.
--- KEYS: 1–8 as in includes/inventory.lua
--- ARGV: 1 loader's token, 2 how long a silent loader keeps others out (ms), 3 seats, 4 legs, 5 layout (JSON), 6 general zones 'zone=capacity',
---   then for each of the hash `rows` (includes/best-seats.lua): field, text
--- Returns: begun, epoch · loaded (nothing to do) · busy (another is loading). Errors: room_recovering (the room has no epoch).
--- Cost: O(holds + general zones × legs).
local epoch = redis.call('HGET', state_key, 'epoch')
if not epoch then return refuse('room_recovering') end
local now = now_ms()
local old = redis.call('HMGET', meta_key, 'loaded', 'loader', 'loader_at', 'n')
if old[1] == epoch then return { 'loaded' } end
if old[2] and old[2] ~= ARGV[1] and tonumber(old[3]) + tonumber(ARGV[2]) > now then return { 'busy' } end

local pinned = {}
for _, id in ipairs(redis.call('ZRANGE', holds_key, 0, -1)) do
  local hold = read_hold(id)
  if hold then
    local ends = end_of(id, now)
    forget_hold(hold)
    if ends and hold.booking ~= '' then pinned[#pinned + 1] = { hold, ends } end
  end
end
redis.call('DEL', meta_key, seats_key, zones_key, holds_key, claims_key, deltas_key, bookings_key, prefix .. 'rows', prefix .. 'in-vain', blocks_key,
  waited_key)

local seats, legs = tonumber(ARGV[3]), tonumber(ARGV[4])
local stride = math.ceil(seats / 4) * 4
-- A version never goes back, also when the old counter is lost within an epoch: time in µs outruns any rate of changes.
local n = math.max(tonumber(old[4] or '0') + 1, now * 1000)
redis.call('HSET', meta_key, 'epoch', epoch, 'n', whole(n), 'seats', seats, 'legs', legs, 'stride', stride,
  'layout', ARGV[5], 'loader', ARGV[1], 'loader_at', whole(now))
if stride > 0 then redis.call('SETRANGE', seats_key, stride * legs / 4 - 1, '\0') end
for _, zone in ipairs(quantities_of(ARGV[6])) do
  for leg = 0, legs - 1 do redis.call('HSET', zones_key, zone[1] .. ':' .. leg, zone[2]) end
end
for i = 7, #ARGV, 2 do redis.call('HSET', prefix .. 'rows', ARGV[i], ARGV[i + 1]) end

for _, kept in ipairs(pinned) do
  local hold = kept[1]
  local cells = cells_of(numbers_of(hold.seats), hold.from, hold.to, stride)
  write_cells(cells, HELD)
  write_claims(cells, 'h' .. hold.id)
  -- The counters of allocations come with load-blocks, which adds to what is here.
  add_places(hold.from, hold.to, hold.zones, -1)
  write_hold(hold)
  redis.call('ZADD', holds_key, whole(kept[2]), hold.id)
  note_owner(hold)
end
return { 'begun', epoch }
