--- @include "inventory"
--- Purpose: what changed after a version, oldest first. Changes nothing.
--- KEYS: 1–8 as in includes/inventory.lua
--- ARGV: 1 epoch, 2 n of the version one has, 3 most deltas to return
--- Returns: deltas, version after the last one returned, then n|from|to|state|seats|zones of each · gone (too old, or of another
---   epoch: read a snapshot). Errors: inventory_rebuilding.
--- Cost: O(deltas returned).
local meta = read_meta()
if not meta then return refuse('inventory_rebuilding') end
local since, n = tonumber(ARGV[2]), tonumber(redis.call('HGET', meta_key, 'n'))
if ARGV[1] ~= meta.epoch or not since or since > n then return { 'gone' } end
if since == n then return { 'deltas', version_of(meta) } end
-- Each change has the next number, so its place in the list follows from the oldest one's.
local oldest = tonumber(string.match(redis.call('LINDEX', deltas_key, 0) or '', '^(%d+)'))
if not oldest or since + 1 < oldest then return { 'gone' } end
local first = since + 1 - oldest
local deltas = redis.call('LRANGE', deltas_key, first, first + tonumber(ARGV[3]) - 1)
if #deltas == 0 then return { 'gone' } end
table.insert(deltas, 1, meta.epoch .. '.' .. string.match(deltas[#deltas], '^%d+'))
table.insert(deltas, 1, 'deltas')
return deltas
