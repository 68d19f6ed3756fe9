--- @include "now"
--- Purpose: a sliding-window limiter: the window before weighs in by the share of it that is still inside.
--- KEYS: 1 limiter (hash: start of the current window, its count, the count before)
--- ARGV: 1 calls allowed in a window, 2 window (ms)
--- Returns: {1, 0} allowed and counted, or {0, ms until it is worth trying again}.
--- Cost: O(1).
local max, window = tonumber(ARGV[1]), tonumber(ARGV[2])
local now = now_ms()
local start = now - now % window
local s = redis.call('HMGET', KEYS[1], 'start', 'count', 'before')
local count, before = tonumber(s[2] or '') or 0, tonumber(s[3] or '') or 0
local last = tonumber(s[1] or '') or 0
if last ~= start then
  before = last == start - window and count or 0
  count = 0
end
local inside = now - start
if before * (window - inside) / window + count + 1 > max then
  local wait = window - inside
  -- While the current window has room, the old one only has to slide far enough out.
  if count + 1 <= max and before > 0 then wait = math.ceil(window - (max - count - 1) * window / before - inside) end
  return { 0, math.max(1, math.min(window, wait)) }
end
redis.call('HSET', KEYS[1], 'start', start, 'count', count + 1, 'before', before)
redis.call('PEXPIRE', KEYS[1], 2 * window)
return { 1, 0 }
