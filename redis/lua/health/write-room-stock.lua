--- @include "now"
--- Purpose: core says what a room still has to sell, with Redis's time.
--- KEYS: 1 core stock (hash: room → JSON)
--- ARGV: 1 room, 2 JSON object without a time
--- Returns: 1.
--- Cost: O(1).
local stock = cjson.decode(ARGV[2])
stock.at = now_ms()
redis.call('HSET', KEYS[1], ARGV[1], cjson.encode(stock))
return 1
