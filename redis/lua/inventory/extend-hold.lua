--- @include "inventory"
--- @include "session"
--- @include "limit"
--- Purpose: moves a hold's end further while its owner's session lives; an Idempotency-Key extends once.
--- KEYS: 1–8 as in includes/inventory.lua, 9 access key, 10 idempotency record, 11 limiter of requests, where there is one
--- ARGV: 1 hold id, 2 owner, 3 fence, 4 extension, 5 life beyond the session (ms), 6 body hash, 7 life of the idempotency record (ms),
---   8 requests that the limiter allows in a window or '', 9 window (ms) or ''
--- Returns: extended|replayed, end, longest end, now (ms) · refused (gone, pinned, or at its longest).
---   Errors: inventory_rebuilding, not_admitted, session_ended, rate_limited <ms>, idempotency_key_reused.
--- Cost: O(log holds).
if not read_meta() then return refuse('inventory_rebuilding') end
local now = now_ms()
local session, refusal = session_end(KEYS[9], now)
if not session then return refuse(refusal) end
local limited = limit_refusal(KEYS[11], ARGV[8], ARGV[9], now)
if limited then return limited end
local stored = redis.call('GET', KEYS[10])
if stored then
  local hash, ends, max, at = string.match(stored, '^([^|]*)|(%d+)|(%d+)|(%d+)$')
  if hash ~= ARGV[6] then return refuse('idempotency_key_reused') end
  return { 'replayed', ends, max, at }
end
local hold, ends = read_hold(ARGV[1]), end_of(ARGV[1], now)
if not hold or not ends or hold.owner ~= ARGV[2] or hold.fence ~= ARGV[3] or hold.booking ~= '' then return { 'refused' } end
local longest = math.min(tonumber(hold.max), session + tonumber(ARGV[5]))
local extended = math.min(ends + tonumber(ARGV[4]), longest)
if extended <= ends then return { 'refused' } end
redis.call('ZADD', holds_key, whole(extended), ARGV[1])
local answer = { whole(extended), hold.max, whole(now) }
redis.call('SET', KEYS[10], ARGV[6] .. '|' .. table.concat(answer, '|'), 'PX', ARGV[7])
return { 'extended', answer[1], answer[2], answer[3] }
