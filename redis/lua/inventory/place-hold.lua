--- @include "take-places"
--- @include "session"
--- @include "limit"
--- Purpose: holds seats and places for an admitted visitor, all or nothing, and remembers the answer for its Idempotency-Key.
--- KEYS: 1–8 as in includes/inventory.lua, 9 the room's config, 10 access key, 11 holds of the limit subject, 12 idempotency record,
---   13 limiter of requests, where there is one
--- ARGV: 1 hold id, 2 owner, 3 first leg, 4 leg after the last, 5 seats 'a,b' ascending, 6 places 'zone=2' by zone, 7 how many in all,
---   8 body hash, 9 first life, 10 life beyond the session, 11 longest life, 12 life of the idempotency record (all ms),
---   13 limit subject: the owner, or the identity that several passes may share,
---   14 best available 'zone=2=o=-=1=' (zone, quantity, kind, split, row, berth: includes/best-seats.lua) or '',
---   15 hash of an allocation's code or '', 16 requests that the limiter allows in a window or '', 17 window (ms) or ''
--- Returns: placed|replayed, hold id, fence, end, longest end, version, now (ms), seats 'a,b', block id of the allocation or '',
---   those of the seats that are its own, places (those of the allocation as 'zone/block=2') ·
---   limit_reached, limit, held · seats_unavailable, 'a,b' · zone_sold_out, zone, available, and of these side by side (best
---   available only). Errors: inventory_rebuilding, not_admitted, session_ended, rate_limited <ms>, idempotency_key_reused, code_invalid.
--- Cost: O(seats × legs + the owner's holds); about 15 commands for one seat. Best available: includes/best-seats.lua.
local hold = {
  id = ARGV[1], owner = ARGV[2], from = tonumber(ARGV[3]), to = tonumber(ARGV[4]), seats = ARGV[5], zones = ARGV[6],
  places = ARGV[7], booking = '', before = '', subject = ARGV[13],
  best = ARGV[14] ~= '' and ARGV[14] or nil,
}
local owner_key, idempotency_key = KEYS[11], KEYS[12]
local meta = read_meta()
if not meta then return refuse('inventory_rebuilding') end
local now = now_ms()
local session, refusal = session_end(KEYS[10], now)
if not session then return refuse(refusal) end
local limited = limit_refusal(KEYS[13], ARGV[16], ARGV[17], now)
if limited then return limited end

local stored = redis.call('GET', idempotency_key)
if stored then
  local f = {}
  for field in string.gmatch(stored .. '|', '([^|]*)|') do f[#f + 1] = field end
  if f[1] ~= ARGV[8] then return refuse('idempotency_key_reused') end
  return { 'replayed', f[2], f[3], f[4], f[5], f[6], f[7], f[8] or '', f[9] or '', f[10] or '', f[11] or '' }
end

-- Which of the hold's seats are of its block.
local function seats_of_block(h)
  local numbers, own = numbers_of(h.seats), {}
  local blocks = values_of(blocks_key, cells_of(numbers, h.from, h.from + 1, meta.stride))
  for i = 1, #numbers do
    if blocks[i] == h.block then own[#own + 1] = whole(numbers[i]) end
  end
  return table.concat(own, ',')
end

local function answer(h, ends, version)
  local block, own = h.block or '', h.block and seats_of_block(h) or ''
  local facts = { h.id, h.fence, ends, h.max, version, whole(now), h.seats, block, own, h.zones }
  redis.call('SET', idempotency_key, ARGV[8] .. '|' .. table.concat(facts, '|'), 'PX', ARGV[12])
  return { 'placed', unpack(facts) }
end

if ARGV[15] ~= '' then
  hold.block = redis.call('HGET', blocks_key, 'c:' .. ARGV[15])
  if not hold.block then return refuse('code_invalid') end
  -- Places of a zone come from the allocation where it has some of that zone.
  hold.zones = string.gsub(hold.zones, '([^=,]+)=', function(zone)
    local own = zone .. '/' .. hold.block
    return redis.call('HEXISTS', zones_key, own .. ':' .. hold.from) == 1 and own .. '=' or nil
  end)
end
-- Seats that one holds already can't be held again, so asking again means the same hold. Places of a general zone are all alike:
-- asked for again, they are more of them; so are seats that the script chooses.
local signature = hold.seats ~= '' and not hold.best and table.concat({ hold.from, hold.to, hold.seats, hold.zones }, '|') or nil

sweep(meta, now, SWEEP_FIRST)
local held, twin = count_held(meta, now, owner_key, signature)
local same = twin and read_hold(twin)
-- The same identity may hold it through another pass, whose receipts name another owner.
if same and same.booking == '' and same.owner == hold.owner then
  return answer(same, whole(end_of(twin, now)), version_of(meta))
end
local limit = tonumber(redis.call('HGET', KEYS[9], 'holdLimit') or '')
if not limit then return refuse('inventory_rebuilding') end
if held + tonumber(ARGV[7]) > limit then return { 'limit_reached', limit, held } end

local max = math.min(now + tonumber(ARGV[11]), session + tonumber(ARGV[10]))
local ends = whole(math.min(now + tonumber(ARGV[9]), max))
hold.max = whole(max)
local refused = take_places(meta, now, hold, ends)
if refused then return refused end
return answer(hold, ends, hold.version)
