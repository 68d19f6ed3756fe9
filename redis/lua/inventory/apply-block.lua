--- @include "settle-block"
--- Purpose: brings the making or the end of a block from Postgres into the inventory. May come late, twice or out of order: a version
---   that was applied changes nothing.
--- KEYS: 1–8 as in includes/inventory.lua
--- ARGV: 1 version: 1 made, 2 ended; 2 block id, 3 hash of its code or '', 4 first leg, 5 leg after the last, 6 seats 'a,b',
---   7 places 'zone=2', 8 zones with seats ',zone,zone,', 9 1 when it is an offer
--- Returns: applied|stale, version. Errors: inventory_rebuilding.
--- Cost: O(seats × legs of the block).
local meta = read_meta()
if not meta then return refuse('inventory_rebuilding') end
local k = block_at(2)
local was = tonumber(redis.call('HGET', blocks_key, 'v:' .. k.id) or '0')
if was >= tonumber(ARGV[1]) then return { 'stale', version_of(meta) } end
local version
if ARGV[1] == '1' then
  version = take_for_block(meta, k)
else
  if was == 1 then version = end_block(meta, k) else free_hold(meta, 'block:' .. k.id) end
  redis.call('HSET', blocks_key, 'v:' .. k.id, '2')
end
return { 'applied', version or version_of(meta) }
