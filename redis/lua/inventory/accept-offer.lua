--- @include "take-places"
--- Purpose: makes an ordinary hold of an offer's places for whom they are offered to: the offer stands in for the pass. When the hold
---   ends unbooked, they go back to the offer, which Postgres alone ends.
--- KEYS: 1–8 as in includes/inventory.lua, 9 tombstone of the hold
--- ARGV: 1 hold id, 2 owner, 3 first leg, 4 leg after the last, 5 seats 'a,b' ascending, 6 places 'zone/offer=2', 7 how many in all,
---   8 life (ms), 9 the offer's block id
--- Returns: held, fence, end, longest end, now (ms): the hold as it is, when it is there already · unknown (this inventory has not heard of
---   the offer, or it has ended) · gone (given back, booked, or some of it is not there). Errors: inventory_rebuilding.
--- Cost: O(seats × legs).
local meta = read_meta()
if not meta then return refuse('inventory_rebuilding') end
if redis.call('HGET', blocks_key, 'v:' .. ARGV[9]) ~= '1' then return { 'unknown' } end
local now = now_ms()
local there, ends = read_hold(ARGV[1]), end_of(ARGV[1], now)
if there and ends then
  if there.owner ~= ARGV[2] then return { 'gone' } end
  return { 'held', there.fence, whole(ends), there.max, whole(now) }
end
if redis.call('EXISTS', KEYS[9]) == 1 then return { 'gone' } end
if there then free_hold(meta, ARGV[1]) end
-- Postgres has given these seats to this offer: who had them before it has ended, which this inventory may have yet to hear.
local cells = cells_of(numbers_of(ARGV[5]), tonumber(ARGV[3]), tonumber(ARGV[4]), meta.stride)
local blocks, holders, ended = values_of(blocks_key, cells), values_of(claims_key, cells), {}
for i = 1, #cells do
  if holders[i] and blocks[i] == ARGV[9] then
    local other = string.sub(holders[i], 1, 1) == 'h' and read_hold(string.sub(holders[i], 2))
    -- Of live holds only one of another offer, or one that is pinned for a booking, can have been decided on.
    local is_decided = not other or other.owner == 'waitlist' or other.booking ~= '' or (other.block and other.block ~= ARGV[9])
    if is_decided then ended[#ended + 1] = cells[i] end
  end
end
if #ended > 0 then
  delete_cells(claims_key, ended)
  write_cells(ended, HELD)
end
ends = whole(now + tonumber(ARGV[8]))
local hold = {
  id = ARGV[1], owner = ARGV[2], from = tonumber(ARGV[3]), to = tonumber(ARGV[4]), seats = ARGV[5], zones = ARGV[6], places = ARGV[7],
  max = ends, booking = '', before = '', subject = ARGV[2], block = ARGV[9],
}
if take_places(meta, now, hold, ends) then return { 'gone' } end
-- Ends with the offer, should the offer end before it (settle-block).
redis.call('HSET', blocks_key, 'o:' .. ARGV[9], hold.id)
return { 'held', hold.fence, ends, ends, whole(now) }
