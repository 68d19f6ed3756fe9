--- @include "take-places"
--- @include "session"
--- @include "limit"
--- @include "together"
--- Purpose: holds seats and places for admitted visitors, for each all or nothing, and remembers the answer for their Idempotency-Key.
---   Several requests of one inventory come in one run (includes/together.lua); each is judged as if it had come alone, in their order.
--- KEYS: 1–8 as in includes/inventory.lua, 9 the room's config, then for each request: access key, holds of the limit subject,
---   idempotency record, limiter of requests
--- ARGV: 1 first life, 2 life beyond the session, 3 longest life, 4 life of the idempotency record (all ms), then for each request:
---   1 hold id, 2 owner, 3 first leg, 4 leg after the last, 5 seats 'a,b' ascending, 6 places 'zone=2' by zone, 7 how many in all,
---   8 body hash, 9 limit subject: the owner, or the identity that several passes may share,
---   10 best available 'zone=2=o=-=1=' (zone, quantity, kind, split, row, berth: includes/best-seats.lua) or '',
---   11 hash of an allocation's code or '', 12 requests that the limiter allows in a window or '' where there is none, 13 window (ms) or ''
--- Returns for each request, as one text (includes/together.lua): placed|replayed, hold id, fence, end, longest end, version, now (ms), seats 'a,b', block id of the
---   allocation or '', those of the seats that are its own, places (those of the allocation as 'zone/block=2') ·
---   limit_reached, limit, held · seats_unavailable, 'a,b' · zone_sold_out, zone, available, and of these side by side (best
---   available only) · refused with not_admitted, session_ended, rate_limited <ms>, idempotency_key_reused, code_invalid,
---   inventory_rebuilding. Errors, of all: inventory_rebuilding.
--- Cost: a request's is O(seats × legs + the owner's holds); about 15 commands for one seat. Best available: includes/best-seats.lua.
local meta = read_meta()
if not meta then return refuse('inventory_rebuilding') end
local now = now_ms()
local has_swept, hold_limit
local SHARED, EACH = { keys = 9, args = 4 }, { keys = 4, args = 13 }

-- Which of the hold's seats are of its block.
local function seats_of_block(h)
  local numbers, own = numbers_of(h.seats), {}
  local blocks = values_of(blocks_key, cells_of(numbers, h.from, h.from + 1, meta.stride))
  for i = 1, #numbers do
    if blocks[i] == h.block then own[#own + 1] = whole(numbers[i]) end
  end
  return table.concat(own, ',')
end

local function replayed(stored, body_hash)
  local f = {}
  for field in string.gmatch(stored .. '|', '([^|]*)|') do f[#f + 1] = field end
  if f[1] ~= body_hash then return refuse('idempotency_key_reused') end
  return { 'replayed', f[2], f[3], f[4], f[5], f[6], f[7], f[8] or '', f[9] or '', f[10] or '', f[11] or '' }
end

-- Places of a zone come from the allocation where it has some of that zone.
local function zones_of_block(h)
  return (string.gsub(h.zones, '([^=,]+)=', function(zone)
    local own = zone .. '/' .. h.block
    return redis.call('HEXISTS', zones_key, own .. ':' .. h.from) == 1 and own .. '=' or nil
  end))
end

-- Answers the request whose keys and arguments come behind the first `k` and `a`.
local function place(k, a)
  local hold = {
    id = ARGV[a + 1], owner = ARGV[a + 2], from = tonumber(ARGV[a + 3]), to = tonumber(ARGV[a + 4]), seats = ARGV[a + 5],
    zones = ARGV[a + 6], places = ARGV[a + 7], booking = '', before = '', subject = ARGV[a + 9],
    best = ARGV[a + 10] ~= '' and ARGV[a + 10] or nil,
  }
  local owner_key, idempotency_key = KEYS[k + 2], KEYS[k + 3]
  local session, refusal = session_end(KEYS[k + 1], now)
  if not session then return refuse(refusal) end
  local limited = limit_refusal(KEYS[k + 4], ARGV[a + 12], ARGV[a + 13], now)
  if limited then return limited end
  local stored = redis.call('GET', idempotency_key)
  if stored then return replayed(stored, ARGV[a + 8]) end

  local function answer(h, ends, version)
    local block, own = h.block or '', h.block and seats_of_block(h) or ''
    local facts = { h.id, h.fence, ends, h.max, version, whole(now), h.seats, block, own, h.zones }
    redis.call('SET', idempotency_key, ARGV[a + 8] .. '|' .. table.concat(facts, '|'), 'PX', ARGV[4])
    return { 'placed', unpack(facts) }
  end

  if ARGV[a + 11] ~= '' then
    hold.block = redis.call('HGET', blocks_key, 'c:' .. ARGV[a + 11])
    if not hold.block then return refuse('code_invalid') end
    hold.zones = zones_of_block(hold)
  end
  -- Seats that one holds already can't be held again, so asking again means the same hold. Places of a general zone are all alike:
  -- asked for again, they are more of them; so are seats that the script chooses.
  local signature = hold.seats ~= '' and not hold.best and table.concat({ hold.from, hold.to, hold.seats, hold.zones }, '|') or nil

  if not has_swept then sweep(meta, now, SWEEP_FIRST * requests_of(SHARED, EACH)) end
  has_swept = true
  local held, twin = count_held(meta, now, owner_key, signature)
  local same = twin and read_hold(twin)
  -- The same identity may hold it through another pass, whose receipts name another owner.
  if same and same.booking == '' and same.owner == hold.owner then
    return answer(same, whole(end_of(twin, now)), version_of(meta))
  end
  hold_limit = hold_limit or tonumber(redis.call('HGET', KEYS[9], 'holdLimit') or '')
  if not hold_limit then return refuse('inventory_rebuilding') end
  if held + tonumber(ARGV[a + 7]) > hold_limit then return { 'limit_reached', hold_limit, held } end

  local max = math.min(now + tonumber(ARGV[3]), session + tonumber(ARGV[2]))
  local ends = whole(math.min(now + tonumber(ARGV[1]), max))
  hold.max = whole(max)
  local refused = take_places(meta, now, hold, ends)
  if refused then return refused end
  return answer(hold, ends, hold.version)
end
return answer_each(SHARED, EACH, place)
