--- @include "inventory"
--- Purpose: brings what Postgres says of one booking into the inventory (apply-claims, and load-claims after a loss).
local STATE_OF = { pending = HELD, sold = SOLD }

-- Takes over the hold that the booking was made from: its places now are the booking's. A booking that has its places here
-- already took its hold over then: one of that id was placed by a repeated request since, and what it took goes back.
-- Returns whether the booking's places are counted here.
local function consume_hold(meta, id, was)
  local hold = id ~= '' and read_hold(id)
  if hold and was then free_hold(meta, id) elseif hold then forget_hold(hold) end
  return (hold or was) and true or false
end

-- `b`: id, version, state (pending, sold), hold, from, to, seats, zones; `was`: its state here before, or nil.
-- Returns the version of the change, or nil when nothing that shows has changed.
local function take_for_booking(meta, b, was)
  local had_places = consume_hold(meta, b.hold, was)
  local cells = cells_of(numbers_of(b.seats), b.from, b.to, meta.stride)
  local before = write_cells(cells, STATE_OF[b.state])
  write_claims(cells, 'b' .. b.id)
  local zones = had_places and '' or change_zones(b.from, b.to, b.zones, -1)
  redis.call('HSET', bookings_key, b.id, b.version .. ' ' .. b.state)
  local shows = not had_places and b.zones ~= ''
  for i = 1, #before do shows = shows or before[i] ~= STATE_OF[b.state] end
  if not shows then return nil end
  return announce(meta, b.from, b.to, STATE_OF[b.state], b.seats, (string.gsub(zones, '=', '=-')))
end

-- Frees what the booking has here, also through a hold that was pinned for it and never taken over.
local function free_for_booking(meta, b, was)
  redis.call('HDEL', bookings_key, b.id)
  local hold = b.hold ~= '' and read_hold(b.hold)
  if hold and hold.booking == b.id then free_hold(meta, b.hold, true) end
  if was then return free_places(meta, 'b' .. b.id, b.from, b.to, b.seats, b.zones) end
end
