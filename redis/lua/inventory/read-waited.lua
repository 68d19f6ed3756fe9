--- @include "inventory"
--- Purpose: which zones are noted as waited for, and what is kept for those who wait. Ends holds that are over first.
--- KEYS: 1–8 as in includes/inventory.lua
--- ARGV: 1 most holds to end in this call, 2 most kept ones to return
--- Returns: { zone, '<number>|<first seat>|<seat after the last>', … }, then of each kept one: id, first leg, leg after the last, seats 'a,b',
---   places 'zone=2'. Errors: inventory_rebuilding.
--- Cost: O(ended × seats × legs + kept ones).
local meta = read_meta()
if not meta then return refuse('inventory_rebuilding') end
sweep(meta, now_ms(), tonumber(ARGV[1]))
local reply = { redis.call('HGETALL', waited_key) }
for _, id in ipairs(redis.call('ZRANGEBYSCORE', holds_key, '+inf', '+inf', 'LIMIT', 0, ARGV[2])) do
  local kept = read_hold(id)
  local n = #reply
  if kept then
    reply[n + 1], reply[n + 2], reply[n + 3], reply[n + 4], reply[n + 5] = id, kept.from, kept.to, kept.seats, kept.zones
  end
end
return reply
