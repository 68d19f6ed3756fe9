--- @include "hold-records"
--- @include "together"
--- Purpose: keeps holds for bookings as long as they may be paid while Postgres commits them (BOOKING §3). A receipt whose hold is gone, but
---   was not given back, is placed again if its places are free. May be repeated: bookings.hold_id is what makes it one booking.
---   Several requests of one inventory come in one run (includes/together.lua).
--- KEYS: 1–8 as in includes/inventory.lua, 9 the room's config, then for each request: holds of the limit subject, tombstone of the hold,
---   in-flight marker
--- ARGV: for each request: 1 hold id, 2 owner, 3 first leg, 4 leg after the last, 5 seats 'a,b', 6 places 'zone=2', 7 how many in all,
---   8 fence, 9 longest end (ms), 10 the receipt's end (ms), 11 booking id, 12 life of the pin (ms), 13 life of the in-flight marker (ms,
---   0 = none), 14 limit subject, 15 block whose seats the hold may have or ''
--- Returns for each request, as one text (includes/together.lua): pinned, end, version, 1 when it was placed again · in_flight · hold_lost, seats that are taken 'a,b' ·
---   limit_reached, limit · refused with inventory_rebuilding. Errors, of all: inventory_rebuilding.
--- Cost: a request's is O(1) for a hold that lives, else that of place-hold.
local meta = read_meta()
if not meta then return refuse('inventory_rebuilding') end
local now = now_ms()

-- Rare, and so are its functions, which are made when it is called.
local function place_again(k, a, hold, pinned_until)
  --- @include "take-places"
  if hold then free_hold(meta, hold.id) end
  if redis.call('EXISTS', KEYS[k + 2]) == 1 then return { 'hold_lost', '' } end
  local again = {
    id = ARGV[a + 1], owner = ARGV[a + 2], from = tonumber(ARGV[a + 3]), to = tonumber(ARGV[a + 4]), seats = ARGV[a + 5],
    zones = ARGV[a + 6], places = ARGV[a + 7], fence = ARGV[a + 8], max = ARGV[a + 9], before = ARGV[a + 10], booking = ARGV[a + 11],
    subject = ARGV[a + 14], block = ARGV[a + 15] ~= '' and ARGV[a + 15] or nil,
  }
  sweep(meta, now, SWEEP_FIRST)
  local limit = tonumber(redis.call('HGET', KEYS[9], 'holdLimit') or '')
  if not limit then return refuse('inventory_rebuilding') end
  if count_held(meta, now, KEYS[k + 1], nil) + tonumber(ARGV[a + 7]) > limit then return { 'limit_reached', limit } end
  local refused = take_places(meta, now, again, pinned_until)
  if refused then return { 'hold_lost', refused[1] == 'seats_unavailable' and refused[2] or '' } end
  return { 'pinned', pinned_until, again.version, 1 }
end

local function pin(k, a)
  local hold, ends = read_hold(ARGV[a + 1]), end_of(ARGV[a + 1], now)
  local pinned_until = whole(now + tonumber(ARGV[a + 12]))
  if not (hold and ends) then return place_again(k, a, hold, pinned_until) end
  if hold.owner ~= ARGV[a + 2] or hold.fence ~= ARGV[a + 8] then return { 'hold_lost', '' } end
  if hold.booking == '' then hold.before = whole(ends) end
  hold.booking = ARGV[a + 11]
  write_hold(hold)
  redis.call('ZADD', holds_key, pinned_until, hold.id)
  return { 'pinned', pinned_until, version_of(meta), 0 }
end

-- The marker stays for as long as the one that was pinned is worked on.
local function answer(k, a)
  local marker, life = KEYS[k + 3], ARGV[a + 13]
  if life ~= '0' and not redis.call('SET', marker, ARGV[a + 11], 'NX', 'PX', life) then return { 'in_flight' } end
  local reply = pin(k, a)
  if reply[1] ~= 'pinned' then redis.call('DEL', marker) end
  return reply
end
return answer_each({ keys = 9, args = 0 }, { keys = 3, args = 15 }, answer)
