--- @include "settle-booking"
--- Purpose: middle step of a load: writes bookings from Postgres, a chunk at a time.
--- KEYS: 1–8 as in includes/inventory.lua
--- ARGV: 1 loader's token, then for each booking: id, version, pending|sold, hold id or '', first leg, leg after the last, seats 'a,b',
---   places 'zone=2'
--- Returns: bookings written, or -1 when another loader has taken over.
--- Cost: O(seats × legs of the chunk).
local facts = redis.call('HMGET', meta_key, 'loader', 'epoch', 'stride')
if facts[1] ~= ARGV[1] then return -1 end
redis.call('HSET', meta_key, 'loader_at', whole(now_ms()))
local meta, written = { epoch = facts[2], stride = tonumber(facts[3]), blocked = true }, 0
for i = 2, #ARGV, 8 do
  local b = {
    id = ARGV[i], version = ARGV[i + 1], state = ARGV[i + 2], hold = ARGV[i + 3],
    from = tonumber(ARGV[i + 4]), to = tonumber(ARGV[i + 5]), seats = ARGV[i + 6], zones = ARGV[i + 7],
  }
  local _, was = string.match(redis.call('HGET', bookings_key, b.id) or '', '^(%d+) (%a+)$')
  take_for_booking(meta, b, was)
  written = written + 1
end
return written
