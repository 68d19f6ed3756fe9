--- @include "ticket"
--- Purpose: takes a ticket out of line, or ends its session; it is spent until its end.
-- `score` may be nil: a pass does not know it, and its ticket's call was answered long ago.
local function give_up(room, id, score, exp_ms, access_key)
  local access = read_access(access_key)
  local inside = access ~= nil and access.until_ms > room.now
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
  redis.call('DEL', access_key)
  local unclaimed = access and not access.session and forget_unclaimed(state_key, live_key, digits(access.until_ms), id)
  if redis.call('ZREM', live_key, id) == 1 or unclaimed then redis.call('HINCRBY', state_key, 'freed', 1) end
  redis.call('ZADD', spent_key, digits(exp_ms), id)
  redis.call('RPUSH', facts_key, table.concat({ 'left', id, digits(room.now), digits(room.now), digits(exp_ms) }, ' '))
end
