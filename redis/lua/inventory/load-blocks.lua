--- @include "settle-block"
--- Purpose: middle step of a load, before load-claims: writes the blocks that stand, a chunk at a time.
--- KEYS: 1–8 as in includes/inventory.lua
--- ARGV: 1 loader's token, then for each block eight values as in apply-block, from the block id on
--- Returns: blocks written, or -1 when another loader has taken over.
--- Cost: O(seats × legs of the chunk).
local facts = redis.call('HMGET', meta_key, 'loader', 'epoch', 'stride')
if facts[1] ~= ARGV[1] then return -1 end
redis.call('HSET', meta_key, 'loader_at', whole(now_ms()))
local meta, written = { epoch = facts[2], stride = tonumber(facts[3]), blocked = true }, 0
for i = 2, #ARGV, 8 do
  take_for_block(meta, block_at(i))
  written = written + 1
end
return written
