--- @include "take-places"
--- @include "session"
--- Purpose: holds seats and places for an admitted visitor, all or nothing, and remembers the answer for its Idempotency-Key.
--- KEYS: 1–8 as in includes/inventory.lua, 9 the room's config, 10 access key, 11 holds of the limit subject, 12 idempotency record
--- ARGV: 1 hold id, 2 owner, 3 first leg, 4 leg after the last, 5 seats 'a,b' ascending, 6 places 'zone=2' by zone, 7 how many in all,
---   8 body hash, 9 first life, 10 life beyond the session, 11 longest life, 12 life of the idempotency record (all ms),
---   13 limit subject: the owner, or the identity that several passes may share,
---   14 best available 'zone=2=o=-=1=' (zone, quantity, kind, split, row, berth: includes/best-seats.lua) or ''
--- Returns: placed|replayed, hold id, fence, end, longest end, version, now (ms), seats 'a,b' ·
---   limit_reached, limit, held · seats_unavailable, 'a,b' · zone_sold_out, zone, available, and of these side by side (best
---   available only). Errors: inventory_rebuilding, not_admitted, session_ended,
---   idempotency_key_reused.
--- Cost: O(seats × legs + the owner's holds); about 15 commands for one seat. Best available: includes/best-seats.lua.
local hold = {
  id = ARGV[1], owner = ARGV[2], from = tonumber(ARGV[3]), to = tonumber(ARGV[4]), seats = ARGV[5], zones = ARGV[6],
  places = ARGV[7], booking = '', before = '', subject = ARGV[13],
  best = ARGV[14] ~= '' and ARGV[14] or nil,
}
-- Seats that one holds already can't be held again, so asking again means the same hold. Places of a general zone are all alike:
-- asked for again, they are more of them; so are seats that the script chooses.
local signature = hold.seats ~= '' and not hold.best and table.concat(ARGV, '|', 3, 6) or nil
local owner_key, idempotency_key = KEYS[11], KEYS[12]
local meta = read_meta()
if not meta then return refuse('inventory_rebuilding') end
local now = now_ms()
local session, refusal = session_end(KEYS[10], now)
if not session then return refuse(refusal) end

local stored = redis.call('GET', idempotency_key)
if stored then
  local f = {}
  for field in string.gmatch(stored, '[^|]+') do f[#f + 1] = field end
  if f[1] ~= ARGV[8] then return refuse('idempotency_key_reused') end
  return { 'replayed', f[2], f[3], f[4], f[5], f[6], f[7], f[8] or '' }
end

local function answer(id, fence, ends, max, version, seats)
  local now_text = whole(now)
  local record = table.concat({ ARGV[8], id, fence, ends, max, version, now_text, seats }, '|')
  redis.call('SET', idempotency_key, record, 'PX', ARGV[12])
  return { 'placed', id, fence, ends, max, version, now_text, seats }
end

sweep(meta, now, SWEEP_FIRST)
local held, twin = count_held(meta, now, owner_key, signature)
local same = twin and read_hold(twin)
-- The same identity may hold it through another pass, whose receipts name another owner.
if same and same.booking == '' and same.owner == hold.owner then
  return answer(twin, same.fence, whole(end_of(twin, now)), same.max, version_of(meta), same.seats)
end
local limit = tonumber(redis.call('HGET', KEYS[9], 'holdLimit') or '')
if not limit then return refuse('inventory_rebuilding') end
if held + tonumber(ARGV[7]) > limit then return { 'limit_reached', limit, held } end

local max = math.min(now + tonumber(ARGV[11]), session + tonumber(ARGV[10]))
local ends = whole(math.min(now + tonumber(ARGV[9]), max))
hold.max = whole(max)
local refused = take_places(meta, now, hold, ends)
if refused then return refused end
return answer(hold.id, hold.fence, ends, hold.max, hold.version, hold.seats)
