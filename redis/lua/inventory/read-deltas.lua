--- @include "inventory"
--- Purpose: what changed after a version, oldest first. Changes nothing.
--- KEYS: 1–8 as in includes/inventory.lua
--- ARGV: 1 epoch, 2 n of the version one has, 3 most deltas to return
--- Returns: deltas, version after the last one returned, then n and from|to|state|seats|zones of each · gone (too old, or of another
---   epoch: read a snapshot). Errors: inventory_rebuilding.
--- Cost: O(deltas returned).
local meta = read_meta()
if not meta then return refuse('inventory_rebuilding') end
local since, n = tonumber(ARGV[2]), tonumber(redis.call('HGET', meta_key, 'n'))
if ARGV[1] ~= meta.epoch or not since or since > n then return { 'gone' } end
if since == n then return { 'deltas', version_of(meta) } end
local entries = redis.call('XRANGE', deltas_key, '(' .. meta.epoch .. '-' .. ARGV[2], '+', 'COUNT', ARGV[3])
local reply = { 'deltas', '' }
for i = 1, #entries do
  local text = string.match(entries[i][1], '-(%d+)$')
  -- Each change has the next number, so a gap means that older ones were trimmed away.
  if tonumber(text) ~= since + i then return { 'gone' } end
  reply[#reply + 1] = text
  reply[#reply + 1] = entries[i][2][2]
end
if #entries == 0 then return { 'gone' } end
reply[2] = meta.epoch .. '.' .. reply[#reply - 1]
return reply
