--- Purpose: a sliding-window limiter: the window before weighs in by the share of it that is still inside.
-- Counts one call on a hash (start of the current window, its count, the count before). Returns 0 when it is allowed, else the ms
-- until it is worth trying again. `max` calls in `window` ms.
local function take_limit(key, max, window, now)
  local start = now - now % window
  local s = redis.call('HMGET', key, 'start', 'count', 'before')
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
    return math.max(1, math.min(window, wait))
  end
  -- As text: Redis would print a Lua number as a float, which costs ten times as much.
  local counted, life = string.format('%d', count + 1), string.format('%d', 2 * window)
  redis.call('HSET', key, 'start', string.format('%d', start), 'count', counted, 'before', string.format('%d', before))
  redis.call('PEXPIRE', key, life)
  return 0
end
-- The refusal of a script that counts a call in its own step; nil when it is allowed, or when there is no limit (max is '').
local function limit_refusal(key, max, window, now)
  if (max or '') == '' then return nil end
  local wait = take_limit(key, tonumber(max), tonumber(window), now)
  return wait > 0 and redis.error_reply('ONSALE rate_limited ' .. string.format('%.0f', wait)) or nil
end
