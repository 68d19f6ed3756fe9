--- @include "inventory"
--- @include "best-seats"
--- Purpose: the one way places become held (place-hold, and pin-hold for a receipt whose hold is gone): all or nothing.

-- Whether a hold of another performance of the room still lives.
local function lives_elsewhere(other, id, now)
  local ends = tonumber(redis.call('ZSCORE', room_prefix .. 'inv:' .. other .. ':holds', id) or '')
  return ends ~= nil and ends > now
end

-- Counts what the owner holds in all performances of the room; holds that are over go first, those of others only from the list.
-- One here with the same signature is its twin.
local function count_held(meta, now, owner_key, signature)
  local owned, places, twin = redis.call('HGETALL', owner_key), 0, nil
  for i = 1, #owned, 2 do
    local id = owned[i]
    local count, where, sig = string.match(owned[i + 1], '^(%d+)|([^|]*)|(.*)$')
    if where == performance and end_of(id, now) then
      places = places + tonumber(count)
      if sig == signature then twin = id end
    elseif where ~= performance and lives_elsewhere(where, id, now) then
      places = places + tonumber(count)
    else
      if where == performance then free_hold(meta, id) end
      redis.call('HDEL', owner_key, id)
    end
  end
  return places, twin
end

-- The zone that has too few places on some leg, and how many it has; nil when all have enough.
local function short_zone(meta, now, from, to, zones)
  for _, wish in ipairs(quantities_of(zones)) do
    local free
    repeat
      free = math.huge
      for leg = from, to - 1 do
        free = math.min(free, tonumber(redis.call('HGET', zones_key, wish[1] .. ':' .. leg) or '0'))
      end
    until free >= wish[2] or sweep(meta, now, SWEEP_MORE) == 0
    if free < wish[2] then return wish[1], math.max(free, 0) end
  end
end

-- Frees holds that are over but were not swept yet, where they stand in the way; returns whether it freed any.
local function free_stale_holders(meta, now, cells, before)
  local freed = false
  for i = 1, #cells do
    local holder = before[i] == HELD and redis.call('HGET', claims_key, cells[i])
    if holder and string.sub(holder, 1, 1) == 'h' and not end_of(string.sub(holder, 2), now) then
      free_hold(meta, string.sub(holder, 2))
      freed = true
    end
  end
  return freed
end

-- Marks the cells held, or nothing; returns nil, or the seats that can't be had as 'a,b'. Seats of the hold's own block can, while
-- nobody has them.
local function hold_cells(meta, now, cells, block)
  if #cells == 0 then return nil end
  local before, clash = write_cells(cells, HELD), false
  local blocks, holders = block and values_of(blocks_key, cells) or {}, block and values_of(claims_key, cells) or {}
  local function is_taken(i) return before[i] ~= FREE and not (block and blocks[i] == block and not holders[i]) end
  for i = 1, #before do clash = clash or is_taken(i) end
  if not clash then return nil end
  write_cells(cells, before)
  if free_stale_holders(meta, now, cells, before) then return hold_cells(meta, now, cells, block) end
  local seats, seen = {}, {}
  for i = 1, #cells do
    local seat = cells[i] % meta.stride
    if is_taken(i) and not seen[seat] then
      seen[seat] = true
      seats[#seats + 1] = whole(seat)
    end
  end
  return table.concat(seats, ',')
end

-- Adds the seats that `hold.best` asks for, marked held, to the hold's; or returns the refusal and leaves nothing marked.
local function take_best(meta, now, hold, named)
  local chosen, best_wishes, choose_seats = {}, best_seats()
  for _, wish in ipairs(best_wishes(hold.best)) do
    local refused = choose_seats(meta, now, hold, wish, chosen)
    if refused then
      for i = 1, #named do chosen[#chosen + 1] = named[i] end
      local marked = cells_of(chosen, hold.from, hold.to, meta.stride)
      write_cells(marked, idle_states(meta, marked))
      if #marked > 0 then note_freed() end
      return refused
    end
  end
  for i = 1, #named do chosen[#chosen + 1] = named[i] end
  table.sort(chosen)
  hold.seats = table.concat(chosen, ',')
end

-- Takes the places of `hold` until `ends`, or returns the refusal. `hold.fence` stays when it is set (a hold placed again).
-- `hold.block`: the allocation whose seats it may have; zones name theirs by themselves.
local function take_places(meta, now, hold, ends)
  hold.zones = living_zones(hold.from, hold.zones)
  local zone, available = short_zone(meta, now, hold.from, hold.to, hold.zones)
  if zone then return { 'zone_sold_out', zone, available } end
  local named = numbers_of(hold.seats)
  local cells = cells_of(named, hold.from, hold.to, meta.stride)
  local taken = hold_cells(meta, now, cells, hold.block)
  if taken then return { 'seats_unavailable', taken } end
  if hold.best then
    local refused = take_best(meta, now, hold, named)
    if refused then return refused end
    cells = cells_of(numbers_of(hold.seats), hold.from, hold.to, meta.stride)
  end
  if #cells > 0 then write_claims(cells, 'h' .. hold.id) end
  add_places(hold.from, hold.to, hold.zones, -1)
  hold.version = announce(meta, hold.from, hold.to, HELD, hold.seats, string.gsub(hold.zones, '=', '=-'))
  hold.fence = hold.fence or hold.version
  write_hold(hold)
  redis.call('ZADD', holds_key, ends, hold.id)
  note_owner(hold)
end
