--- @include "inventory"
--- Purpose: puts right what reconciliation found, all or nothing, and only while the inventory is at the version that was compared.
---   A hold that loses a cell keeps its record; freeing it later frees only the cells it still has.
--- KEYS: 1–8 as in includes/inventory.lua
--- ARGV: 1 version (epoch.n) that was compared, then for each repair five values: cell, leg, seat, state, who has it now ('' nobody) ·
---   block, leg, seat, block it is a seat of or '', 1 when
---   that is an offer · zone, zone, leg, free places, '' · booking, id, '<version> <state>' ('' forgets it), '', ''
--- Returns: repaired, version · moved, version. Errors: inventory_rebuilding.
--- Cost: O(repairs).
local meta = read_meta()
if not meta then return refuse('inventory_rebuilding') end
if version_of(meta) ~= ARGV[1] then return { 'moved', version_of(meta) } end
note_freed()
for i = 2, #ARGV, 5 do
  local kind, a, b, c, d = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4]
  if kind == 'cell' then
    local leg, cell = tonumber(a), tonumber(a) * meta.stride + tonumber(b)
    write_cells({ cell }, c)
    if d == '' then redis.call('HDEL', claims_key, whole(cell)) else write_claims({ cell }, d) end
    announce(meta, leg, leg + 1, c, b, '')
  elseif kind == 'block' then
    local leg, cell = tonumber(a), tonumber(a) * meta.stride + tonumber(b)
    if c == '' then redis.call('HDEL', blocks_key, whole(cell)) else redis.call('HSET', blocks_key, whole(cell), c) end
    if d == '1' then redis.call('HSET', blocks_key, 'o:' .. c, '1') end
    redis.call('HSET', meta_key, 'blocked', '1')
    if redis.call('HEXISTS', claims_key, whole(cell)) == 0 then
      local state = c == '' and FREE or idle_state_of(meta, c)
      write_cells({ cell }, state)
      announce(meta, leg, leg + 1, state, b, '')
    end
  elseif kind == 'zone' then
    local change = tonumber(c) - tonumber(redis.call('HGET', zones_key, a .. ':' .. b) or '0')
    redis.call('HSET', zones_key, a .. ':' .. b, c)
    announce(meta, b, tonumber(b) + 1, FREE, '', a .. '=' .. whole(change))
  elseif b == '' then
    redis.call('HDEL', bookings_key, a)
  else
    redis.call('HSET', bookings_key, a, b)
  end
end
return { 'repaired', version_of(meta) }
