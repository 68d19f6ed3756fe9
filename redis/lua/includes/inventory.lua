--- @include "hold-records"
--- Purpose: what every inventory script shares: cells, hold records, versions and deltas, freeing and sweeping.
--- KEYS: 1 meta, 2 seats, 3 zones, 4 holds, 5 claims, 6 deltas, 7 bookings of the performance, 8 the room's state
--- meta: epoch, loaded (the epoch it was loaded for), n (version counter), seats, legs, stride, layout (JSON), loader, loader_at.
--- seats: two bits a cell. A cell is one seat on one leg: leg * stride + seat, stride = seats rounded up to a whole byte.
--- zones: `<zone>:<leg>` → free places of a general zone; `<zone>/<block>:<leg>` → those of an allocation, which are not among the
--- zone's own. holds: hold id by its end (ms). claims: cell → who has it,
--- `h<hold id>` or `b<booking id>`. bookings: booking id → `<version> <pending|sold>`.
--- hold:<id>: owner|from|to|seats|zones|places|max (ms)|fence|booking or ''|end before it was pinned (ms) or ''|limit
---   subject (the owner, or identity:<hash>; absent in holds of an older release: the owner)|block it takes seats of or ''.
--- blocks: cell → block id of a blocked seat, also while somebody of the allocation has it; `c:<code hash>` → block id;
---   `v:<block id>` → last applied version; `z:<block id>` → ',zone,zone,' with seats of it; `o:<block id>`: it is the offer to one who
---   waits; the hold that was made of it, or 1. meta's `blocked` says that there are any.
--- waited: zone → '<number>|<first seat>|<seat after the last>' of zones that somebody waits for, both '' for a general one; the number
---   is the waiting entry's that was noted last. meta's `waited` says that there are any. What a hold had there is kept when the hold
---   ends: a hold 'kept:<hold id>' without an end, until core has offered or released it (redis/inventory/waited.ts).
--- rows: where seats lie (includes/best-seats.lua).
--- in-vain: what best available has not found (includes/best-seats.lua), as of meta's `freed`, which counts what frees seats.
--- deltas: list of n|from|to|state|seats|zones, oldest first, no n missing.
--- {r:<room>}:holds-of:<limit subject>, of the whole room: hold id → places|performance|signature.
--- Keys of other holds and owners are built from meta's name: same slot.
-- An owner's list outlives any hold and pin; what a lost inventory leaves in it goes with it at the latest.
local OWNER_LIFE_SECONDS = 86400
local FREE, HELD, SOLD, BLOCKED = 0, 1, 2, 3
local blocks_key, waited_key = prefix .. 'blocks', prefix .. 'waited'
-- Deltas kept for feeds that fell behind; who is further behind reads a snapshot.
local MAX_DELTAS = 10000
local TRIM_EVERY = 256
-- A sweep of so many holds costs every hold little and keeps up with any rate of expiry; more, where it stands in the way.
local SWEEP_FIRST, SWEEP_MORE = 20, 200
-- Lua can't unpack more than about 8,000 values into one call.
local CELLS_PER_CALL = 1000

-- A seat's two bits are the lowest of its byte first, as on the wire; BITFIELD counts from the highest.
local function bit_of(cell)
  return whole(2 * cell - 4 * (cell % 4) + 6)
end

local function numbers_of(csv)
  local list = {}
  for text in string.gmatch(csv, '%d+') do list[#list + 1] = tonumber(text) end
  return list
end

-- { { 'zone', quantity }, … } of 'zone=2,other=1'.
local function quantities_of(csv)
  local list = {}
  for zone, quantity in string.gmatch(csv, '([^=,]+)=(%d+)') do list[#list + 1] = { zone, tonumber(quantity) } end
  return list
end

local function cells_of(seats, from, to, stride)
  local cells = {}
  for leg = from, to - 1 do
    for i = 1, #seats do cells[#cells + 1] = leg * stride + seats[i] end
  end
  return cells
end

-- Writes a state (or each cell's own, from a list) and returns what stood there before.
local function write_cells(cells, states)
  local before, state_text = {}, tostring(states)
  for first = 1, #cells, CELLS_PER_CALL do
    local command = {}
    for i = first, math.min(first + CELLS_PER_CALL - 1, #cells) do
      local n = #command
      command[n + 1], command[n + 2], command[n + 3] = 'SET', 'u2', bit_of(cells[i])
      command[n + 4] = type(states) == 'table' and states[i] or state_text
    end
    local replies = redis.call('BITFIELD', seats_key, unpack(command))
    for i = 1, #replies do before[#before + 1] = replies[i] end
  end
  return before
end

local function write_claims(cells, holder)
  for first = 1, #cells, CELLS_PER_CALL do
    local pairs_ = {}
    for i = first, math.min(first + CELLS_PER_CALL - 1, #cells) do
      pairs_[#pairs_ + 1] = whole(cells[i])
      pairs_[#pairs_ + 1] = holder
    end
    redis.call('HSET', claims_key, unpack(pairs_))
  end
end

local function values_of(key, cells)
  local values = {}
  for first = 1, #cells, CELLS_PER_CALL do
    local found = redis.call('HMGET', key, unpack(cells, first, math.min(first + CELLS_PER_CALL - 1, #cells)))
    for i = 1, #found do values[first + i - 1] = found[i] end
  end
  return values
end

local function delete_cells(key, cells)
  for first = 1, #cells, CELLS_PER_CALL do
    redis.call('HDEL', key, unpack(cells, first, math.min(first + CELLS_PER_CALL - 1, #cells)))
  end
end

-- Those of the cells that this holder has: Postgres may have given one to somebody else in the meantime.
local function cells_held_by(cells, holder)
  local held, holders = {}, values_of(claims_key, cells)
  for i = 1, #cells do
    if holders[i] == holder then held[#held + 1] = cells[i] end
  end
  return held
end

-- What a block's seat is while nobody has it: blocked; an offer's shows as held.
local function idle_state_of(meta, block)
  meta.idle = meta.idle or {}
  meta.idle[block] = meta.idle[block] or (redis.call('HEXISTS', blocks_key, 'o:' .. block) == 1 and HELD or BLOCKED)
  return meta.idle[block]
end

-- What cells are while nobody has them: free, or a list of states where some may be a block's.
local function idle_states(meta, cells)
  if not meta.blocked then return FREE end
  local states, blocks = {}, values_of(blocks_key, cells)
  for i = 1, #cells do states[i] = blocks[i] and idle_state_of(meta, blocks[i]) or FREE end
  return states
end

-- Said whenever a seat goes free: what was looked for in vain may be there now.
local function note_freed()
  redis.call('HINCRBY', meta_key, 'freed', 1)
end

-- Gives a change its version and keeps it for feeds. `zones` tells by how much free places change: 'zone=-2'.
local function announce(meta, from, to, state, seats, zones)
  local counter = redis.call('HINCRBY', meta_key, 'n', 1)
  local n = whole(counter)
  redis.call('RPUSH', deltas_key, table.concat({ n, from, to, state, seats, zones }, '|'))
  if counter % TRIM_EVERY == 0 then redis.call('LTRIM', deltas_key, -MAX_DELTAS, -1) end
  return meta.epoch .. '.' .. n
end

-- As they are counted now: once an allocation has ended, its places are the zone's.
local function living_zones(from, zones)
  if not string.find(zones, '/', 1, true) then return zones end
  return (string.gsub(zones, '([^=,/]+)(/[^=,]+)', function(zone, block)
    return redis.call('HEXISTS', zones_key, zone .. block .. ':' .. from) == 0 and zone or nil
  end))
end

local function add_places(from, to, zones, sign)
  for _, wish in ipairs(quantities_of(zones)) do
    for leg = from, to - 1 do redis.call('HINCRBY', zones_key, wish[1] .. ':' .. leg, sign * wish[2]) end
  end
end

-- Returns the zones that were changed.
local function change_zones(from, to, zones, sign)
  local living = living_zones(from, zones)
  add_places(from, to, living, sign)
  return living
end

-- Tells cells that have this state now, or each its own from a list, leg by leg; returns the version, or nil when there are none.
local function announce_cells(meta, from, to, cells, states)
  local told, version = {}, nil
  for i = 1, #cells do
    local name = math.floor(cells[i] / meta.stride) .. ':' .. (type(states) == 'table' and states[i] or states)
    told[name] = (told[name] and told[name] .. ',' or '') .. whole(cells[i] % meta.stride)
  end
  for leg = from, to - 1 do
    for state = FREE, BLOCKED do
      local seats = told[leg .. ':' .. state]
      if seats then version = announce(meta, leg, leg + 1, state, seats, '') end
    end
  end
  return version
end

-- Gives cells and places back and announces it; where not all of them go free on all of [from, to), leg by leg.
local function free_places(meta, holder, from, to, seats, zones)
  local all = cells_of(numbers_of(seats), from, to, meta.stride)
  local cells = cells_held_by(all, holder)
  local states, alike = idle_states(meta, cells), #cells == #all
  for i = 1, type(states) == 'table' and #states or 0 do alike = alike and states[i] == FREE end
  if #cells > 0 then
    write_cells(cells, states)
    delete_cells(claims_key, cells)
    note_freed()
  end
  local changed = change_zones(from, to, zones, 1)
  if alike then return announce(meta, from, to, FREE, seats, changed) end
  announce_cells(meta, from, to, cells, states)
  return announce(meta, from, to, FREE, '', changed)
end

local function owner_key_of(hold)
  return room_prefix .. 'holds-of:' .. hold.subject
end

-- Puts the hold on the list by which the room's hold limit counts: its owner's, or its identity's.
local function note_owner(hold)
  local signature = table.concat({ hold.from, hold.to, hold.seats, hold.zones }, '|')
  local key = owner_key_of(hold)
  redis.call('HSET', key, hold.id, hold.places .. '|' .. performance .. '|' .. signature)
  redis.call('EXPIRE', key, OWNER_LIFE_SECONDS)
end

-- Removes the record of a hold and leaves its cells and places as they are.
local function forget_hold(hold)
  redis.call('DEL', prefix .. 'hold:' .. hold.id)
  redis.call('ZREM', holds_key, hold.id)
  redis.call('HDEL', owner_key_of(hold), hold.id)
end

-- Whether a hold has places that somebody waits for. Those of an offer go back to the offer.
local function is_waited(meta, hold)
  if not meta.waited or (hold.block and idle_state_of(meta, hold.block) == HELD) then return false end
  local flags, seats = redis.call('HGETALL', waited_key), numbers_of(hold.seats)
  for i = 1, #flags, 2 do
    local first, last = string.match(flags[i + 1], '^%d+|(%d+)|(%d+)$')
    first, last = tonumber(first), tonumber(last)
    for n = 1, first and #seats or 0 do
      if seats[n] >= first and seats[n] < last then return true end
    end
    for _, wish in ipairs(quantities_of(hold.zones)) do
      if wish[1] == flags[i] then return true end
    end
  end
  return false
end

-- Ends a hold and keeps what it had, for core to decide whom it is offered to: nobody else gets it meanwhile.
local function keep_places(meta, hold)
  local cells = cells_held_by(cells_of(numbers_of(hold.seats), hold.from, hold.to, meta.stride), 'h' .. hold.id)
  forget_hold(hold)
  hold.id = 'kept:' .. hold.id
  hold.owner, hold.subject, hold.booking, hold.before = 'waitlist', hold.id, '', ''
  if #cells > 0 then write_claims(cells, 'h' .. hold.id) end
  write_hold(hold)
  redis.call('ZADD', holds_key, '+inf', hold.id)
end

-- `decided`: Postgres has the last word on these places already, so nothing is kept.
local function free_hold(meta, id, decided)
  local hold = read_hold(id)
  if not hold then
    redis.call('ZREM', holds_key, id)
    return
  end
  if not decided and is_waited(meta, hold) then return keep_places(meta, hold) end
  forget_hold(hold)
  free_places(meta, 'h' .. id, hold.from, hold.to, hold.seats, hold.zones)
end

-- Frees at most `limit` holds that are over, oldest first; returns how many it found.
local function sweep(meta, now, limit)
  local over = redis.call('ZRANGEBYSCORE', holds_key, '-inf', now, 'LIMIT', 0, limit)
  for i = 1, #over do free_hold(meta, over[i]) end
  return #over
end
