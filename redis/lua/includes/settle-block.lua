--- @include "inventory"
--- Purpose: brings what Postgres says of one block into the inventory (apply-block, and load-blocks after a loss).
-- `k`: id, code hash or '', from, to, seats 'a,b', zones 'zone=2', zones that have seats of it ',zone,zone,', whether it is an offer. Like
-- an allocation, an offer has places that only a hold of its own may take (accept-offer); it has no code.

-- The block at ARGV[i] and behind it.
local function block_at(i)
  return {
    id = ARGV[i], code = ARGV[i + 1], from = tonumber(ARGV[i + 2]), to = tonumber(ARGV[i + 3]), seats = ARGV[i + 4],
    zones = ARGV[i + 5], seat_zones = ARGV[i + 6], offer = ARGV[i + 7] == '1',
  }
end

-- 'zone/block=2' of 'zone=2': the counters of an allocation or offer.
local function own_zones(k)
  return (string.gsub(k.zones, '([^=,]+)=', '%1/' .. k.id .. '='))
end

-- Seats that nobody has, and those of the hold it was made with (hold-for-block), become blocked; what others have becomes it once
-- they let go. Places come from that hold, or from what is free.
local function take_for_block(meta, k)
  local own = read_hold('block:' .. k.id)
  if own then forget_hold(own) end
  local cells = cells_of(numbers_of(k.seats), k.from, k.to, meta.stride)
  local holders, idle = values_of(claims_key, cells), {}
  for i = 1, #cells do
    if not holders[i] or holders[i] == 'hblock:' .. k.id then idle[#idle + 1] = cells[i] end
  end
  for first = 1, #cells, CELLS_PER_CALL do
    local homes = {}
    for i = first, math.min(first + CELLS_PER_CALL - 1, #cells) do
      homes[#homes + 1], homes[#homes + 2] = whole(cells[i]), k.id
    end
    redis.call('HSET', blocks_key, unpack(homes))
  end
  if k.offer then redis.call('HSET', blocks_key, 'o:' .. k.id, '1') end
  if #idle > 0 then
    write_cells(idle, idle_state_of(meta, k.id))
    delete_cells(claims_key, idle)
  end
  if not own then add_places(k.from, k.to, k.zones, -1) end
  if k.code ~= '' or k.offer then add_places(k.from, k.to, own_zones(k), 1) end
  if k.code ~= '' then redis.call('HSET', blocks_key, 'c:' .. k.code, k.id, 'z:' .. k.id, k.seat_zones) end
  redis.call('HSET', blocks_key, 'v:' .. k.id, '1')
  redis.call('HSET', meta_key, 'blocked', '1')
  meta.blocked = true
  local version = announce_cells(meta, k.from, k.to, idle, idle_state_of(meta, k.id))
  if own or k.zones == '' then return version end
  return announce(meta, k.from, k.to, FREE, '', (string.gsub(k.zones, '=', '=-')))
end

-- The hold that was made of an offer ends with it: the places are somebody else's now. One that is pinned is its booking's business.
local function end_hold_of(meta, offer)
  local id = redis.call('HGET', blocks_key, 'o:' .. offer)
  local hold = id and read_hold(id)
  if hold and hold.block == offer and hold.booking == '' then free_hold(meta, id, true) end
end

-- Ends a block that is here: its seats go free, or will once whoever has one lets go; what is left of its places is the zone's again.
local function end_block(meta, k)
  if k.offer then end_hold_of(meta, k.id) end
  local cells = cells_of(numbers_of(k.seats), k.from, k.to, meta.stride)
  local blocks, holders, own, idle = values_of(blocks_key, cells), values_of(claims_key, cells), {}, {}
  for i = 1, #cells do
    if blocks[i] == k.id then
      own[#own + 1] = cells[i]
      if not holders[i] then idle[#idle + 1] = cells[i] end
    end
  end
  delete_cells(blocks_key, own)
  if #idle > 0 then write_cells(idle, FREE) end
  note_freed()
  local version = announce_cells(meta, k.from, k.to, idle, FREE)
  for _, place in ipairs(quantities_of(k.zones)) do
    for leg = k.from, k.to - 1 do
      local field, back = place[1] .. '/' .. k.id .. ':' .. leg, place[2]
      if k.code ~= '' or k.offer then back = tonumber(redis.call('HGET', zones_key, field) or '0') end
      redis.call('HDEL', zones_key, field)
      redis.call('HINCRBY', zones_key, place[1] .. ':' .. leg, back)
      version = announce(meta, leg, leg + 1, FREE, '', place[1] .. '=' .. whole(back))
    end
  end
  redis.call('HDEL', blocks_key, 'c:' .. k.code, 'z:' .. k.id, 'o:' .. k.id)
  return version
end
