--- @include "now"
--- @include "law"
--- @include "numbers"
--- Purpose: nobody is let in while core or Postgres is away: the last board goes out again, saying so (WAITING-ROOM §3). The room's state
---   stands; the next tick's board says nothing of it any more.
--- KEYS: 1 board, 2 state
--- ARGV: 1 who is away, 2 channel
--- Returns: 1 published, 0 there is no board, -1 the room ticks: another worker reaches what this one does not.
--- Cost: O(1).
local text = redis.call('GET', KEYS[1])
if not text then return 0 end
local now = now_ms()
if ARGV[1] == 'postgres' then
  local committed = number_or(redis.call('HGET', KEYS[2], 'committed'), 0)
  if math.floor(now / TICK_MS) - committed < 2 then return -1 end
end
-- The text is changed where it stands: reading and writing it again would shorten its numbers.
text = string.gsub(text, '^{"held":"%l+",', '{', 1)
text = string.gsub(text, '"at":%d+', '"at":' .. string.format('%.0f', now), 1)
text = '{"held":"' .. ARGV[1] .. '",' .. string.sub(text, 2)
redis.call('SET', KEYS[1], text)
redis.call('PUBLISH', ARGV[2], '{"board":' .. cjson.encode(text) .. ',"admitted":[]}')
return 1
