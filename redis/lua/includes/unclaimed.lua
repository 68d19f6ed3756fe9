--- @include "numbers"
--- @include "batch"
--- Purpose: access keys that nobody has claimed yet. `<live>:unclaimed` is a ZSET of the ends of their windows, `<live>:unclaimed:<end ms>` the
---   set of the tickets whose window ends there, and `unclaimed` in the state how many they are; `live` itself holds sessions alone. Written
---   in a set of their own a thousand keys cost a tick a tenth of what they cost in one large ZSET, and a session's end needs no look at
---   the key.
local function windows_key(live_key) return live_key .. ':unclaimed' end
-- `end_text`: as in the value of the access key.
local function window_key(live_key, end_text) return live_key .. ':unclaimed:' .. end_text end

local function keep_unclaimed(state_key, live_key, end_text, ids)
  local key = window_key(live_key, end_text)
  each_chunk(ids, function(...) redis.call('HINCRBY', state_key, 'unclaimed', redis.call('SADD', key, ...)) end)
  redis.call('ZADD', windows_key(live_key), end_text, end_text)
end

-- Returns whether the ticket's key was there, unclaimed.
local function forget_unclaimed(state_key, live_key, end_text, id)
  if redis.call('SREM', window_key(live_key, end_text), id) == 0 then return false end
  redis.call('HINCRBY', state_key, 'unclaimed', -1)
  return true
end
