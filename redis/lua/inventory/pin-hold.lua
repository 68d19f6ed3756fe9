--- @include "hold-records"
--- Purpose: keeps a hold for a booking as long as it may be paid while Postgres commits it (BOOKING §3). A receipt whose hold is gone, but
---   was not given back, is placed again if its places are free. May be repeated: bookings.hold_id is what makes it one booking.
--- KEYS: 1–8 as in includes/inventory.lua, 9 the room's config, 10 holds of the limit subject, 11 tombstone of the hold, 12 in-flight marker
--- ARGV: 1 hold id, 2 owner, 3 first leg, 4 leg after the last, 5 seats 'a,b', 6 places 'zone=2', 7 how many in all, 8 fence,
---   9 longest end (ms), 10 the receipt's end (ms), 11 booking id, 12 life of the pin (ms), 13 life of the in-flight marker (ms, 0 = none),
---   14 limit subject, 15 block whose seats the hold may have or ''
--- Returns: pinned, end, version, 1 when it was placed again · in_flight · hold_lost, seats that are taken 'a,b' · limit_reached, limit.
---   Errors: inventory_rebuilding.
--- Cost: O(1) for a hold that lives, else that of place-hold.
local meta = read_meta()
if not meta then return refuse('inventory_rebuilding') end
if ARGV[13] ~= '0' and not redis.call('SET', KEYS[12], ARGV[11], 'NX', 'PX', ARGV[13]) then return { 'in_flight' } end
local function lost(reply)
  redis.call('DEL', KEYS[12])
  return reply
end

local now = now_ms()
local hold, ends = read_hold(ARGV[1]), end_of(ARGV[1], now)
local pinned_until = whole(now + tonumber(ARGV[12]))
if hold and ends then
  if hold.owner ~= ARGV[2] or hold.fence ~= ARGV[8] then return lost({ 'hold_lost', '' }) end
  if hold.booking == '' then hold.before = whole(ends) end
  hold.booking = ARGV[11]
  write_hold(hold)
  redis.call('ZADD', holds_key, pinned_until, hold.id)
  return { 'pinned', pinned_until, version_of(meta), 0 }
end

-- What follows is rare, and so are its functions.
--- @include "take-places"
if hold then free_hold(meta, ARGV[1]) end
if redis.call('EXISTS', KEYS[11]) == 1 then return lost({ 'hold_lost', '' }) end
local again = {
  id = ARGV[1], owner = ARGV[2], from = tonumber(ARGV[3]), to = tonumber(ARGV[4]), seats = ARGV[5], zones = ARGV[6],
  places = ARGV[7], fence = ARGV[8], max = ARGV[9], before = ARGV[10], booking = ARGV[11], subject = ARGV[14],
  block = ARGV[15] ~= '' and ARGV[15] or nil,
}
sweep(meta, now, SWEEP_FIRST)
local limit = tonumber(redis.call('HGET', KEYS[9], 'holdLimit') or '')
if not limit then
  redis.call('DEL', KEYS[12])
  return refuse('inventory_rebuilding')
end
if count_held(meta, now, KEYS[10], nil) + tonumber(ARGV[7]) > limit then return lost({ 'limit_reached', limit }) end
local refused = take_places(meta, now, again, pinned_until)
if refused then return lost({ 'hold_lost', refused[1] == 'seats_unavailable' and refused[2] or '' }) end
return { 'pinned', pinned_until, again.version, 1 }
