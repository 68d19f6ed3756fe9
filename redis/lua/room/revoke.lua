--- @include "now"
--- @include "numbers"
--- @include "unclaimed"
--- Purpose: an operator takes a ticket out of a room: no place, no key, no session, spent until its end. Idempotent.
--- KEYS: 1 state, 2 live, 3 spent, 4 facts, 5 access:<id>, then per lane: waiting, ready, ready-seen, late, answers, calls
--- ARGV: 1 epoch, 2 ticket id, 3 ticket's end (ms)
--- Returns: 1 taken out or out before, -1 the state is lost or another epoch's.
--- Cost: O(lanes × log waiting).
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return -1 end
local id, now = ARGV[2], now_ms()
for at = 6, #KEYS, 6 do
  for offset = 0, 3 do redis.call('ZREM', KEYS[at + offset], id) end
  redis.call('HDEL', KEYS[at + 4], id)
end
local window_end = string.match(redis.call('GET', KEYS[5]) or '', '^(%d+) key')
local unclaimed = window_end and forget_unclaimed(KEYS[1], KEYS[2], window_end, id)
redis.call('DEL', KEYS[5])
if redis.call('ZREM', KEYS[2], id) == 1 or unclaimed then redis.call('HINCRBY', KEYS[1], 'freed', 1) end
redis.call('ZADD', KEYS[3], ARGV[3], id)
redis.call('RPUSH', KEYS[4], table.concat({ 'revoked', id, digits(now), digits(now), ARGV[3] }, ' '))
return 1
