--- @include "now"
--- Purpose: a core process says how it is, with Redis's time; fields of processes that have been silent for long are removed.
--- KEYS: 1 core health (hash: process → JSON)
--- ARGV: 1 process id, 2 JSON object without a time, 3 age at which a silent process is forgotten (ms)
--- Returns: number of processes that are left.
--- Cost: O(processes).
local now = now_ms()
local health = cjson.decode(ARGV[2])
health.at = now
redis.call('HSET', KEYS[1], ARGV[1], cjson.encode(health))
local flat, left = redis.call('HGETALL', KEYS[1]), 0
for i = 1, #flat, 2 do
  local readable, other = pcall(cjson.decode, flat[i + 1])
  local at = readable and type(other) == 'table' and tonumber(other.at) or 0
  if at < now - tonumber(ARGV[3]) then redis.call('HDEL', KEYS[1], flat[i]) else left = left + 1 end
end
return left
