--- @include "now"
--- Purpose: nobody is let in while core or Postgres is away: the last board goes out again, saying so (WAITING-ROOM §3). The room's state
---   stands; the next tick's board says nothing of it any more.
--- KEYS: 1 board
--- ARGV: 1 who is away, 2 channel
--- Returns: 1 published, 0 there is no board.
--- Cost: O(1).
local text = redis.call('GET', KEYS[1])
if not text then return 0 end
-- The text is changed where it stands: reading and writing it again would shorten its numbers.
text = string.gsub(text, '^{"held":"%l+",', '{', 1)
text = string.gsub(text, '"at":%d+', '"at":' .. string.format('%.0f', now_ms()), 1)
text = '{"held":"' .. ARGV[1] .. '",' .. string.sub(text, 2)
redis.call('SET', KEYS[1], text)
redis.call('PUBLISH', ARGV[2], '{"board":' .. cjson.encode(text) .. ',"admitted":[]}')
return 1
