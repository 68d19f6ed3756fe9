--- @include "ticket"
--- Purpose: give the place up or end the session; the ticket is spent until its end. Idempotent.
--- KEYS: as in includes/ticket.lua
--- ARGV: 1 ticket id, 2 lane, 3 score or '' (a pass does not know it), 4 ticket's end (ms)
--- Returns: 1 when there was something to give up, else 0. Errors: room_recovering.
--- Cost: O(log waiting + open calls).
local id, score = ARGV[1], tonumber(ARGV[3])
local room = read_room(ARGV[2], now_ms())
if not room then return RECOVERING end
local access = read_access(KEYS[12])
local inside = access ~= nil and access.until_ms > room.now
if not inside and redis.call('ZSCORE', spent_key, id) then return 0 end

-- A called ticket that leaves unanswered no longer keeps its call open.
if score and score <= room.called_to and not read_answers(id).counted and not inside then
  for index, text in ipairs(redis.call('LRANGE', calls_key, 0, -1)) do
    local call = parse_call(text)
    if score > call.from and score <= call.to then
      call.count = math.max(call.answered, call.count - 1)
      redis.call('LSET', calls_key, index - 1, call_text(call))
      break
    end
  end
end
redis.call('ZREM', waiting_key, id)
redis.call('ZREM', ready_key, id)
redis.call('ZREM', late_key, id)
redis.call('ZREM', seen_key, id)
redis.call('HDEL', answers_key, id)
redis.call('DEL', KEYS[12])
if redis.call('ZREM', live_key, id) == 1 then redis.call('HINCRBY', state_key, 'freed', 1) end
redis.call('ZADD', spent_key, ARGV[4], id)
redis.call('RPUSH', facts_key, table.concat({ 'left', id, digits(room.now), digits(room.now), ARGV[4] }, ' '))
return 1
