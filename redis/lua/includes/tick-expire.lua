--- @include "law"
--- @include "numbers"
--- Purpose: the second step of a tick: unclaimed keys and sessions that are over leave `live`, who is silent leaves `ready` and `late`.
local MAX_EXPIRED = 5000 -- a tick's work is bounded; the rest waits a second
local DAY_MS = 24 * 3600 * 1000

local function note(room, what, id, exp_ms)
  redis.call('RPUSH', facts_key, table.concat({ what, id, digits(room.now), digits(room.now), exp_ms or '0' }, ' '))
end

-- Counts a key that was not claimed; returns how many they are now. The second one spends the ticket.
local function strike(room, id)
  -- The ticket's lane is not in the key: its answers are in exactly one lane's hash.
  for _, lane in ipairs(room.lanes) do
    local text = redis.call('HGET', lane.answers, id)
    if text then
      local since, late_since, strikes, late_strikes, counted = string.match(text, '^(%S+) (%S+) (%S+) (%S+) (%S+)$')
      strikes = tonumber(strikes) + 1
      if strikes > 1 then
        redis.call('HDEL', lane.answers, id)
        return strikes
      end
      redis.call('ZADD', lane.seen, digits(room.now + REMEMBER_SILENT_MS), id)
      redis.call('HSET', lane.answers, id, table.concat({ since, late_since, strikes, late_strikes, counted }, ' '))
      return strikes
    end
  end
  return 1
end

local function end_keys(room)
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', live_key, '-inf', room.now, 'LIMIT', 0, MAX_EXPIRED)) do
    local access_key = ARGV[2] .. id
    local value = redis.call('GET', access_key)
    redis.call('ZREM', live_key, id)
    redis.call('DEL', access_key)
    room.freed = room.freed + 1
    -- After a long silence of all workers the value may be tidied away; who claimed is spent, who did not is not.
    local claimed = value and string.find(value, ' session', 1, true) or not value and redis.call('ZSCORE', spent_key, id)
    if claimed then
      note(room, 'expired', id)
    elseif strike(room, id) > 1 then
      local exp_ms = room.now + DAY_MS
      redis.call('ZADD', spent_key, exp_ms, id)
      note(room, 'spent', id, exp_ms)
    else
      note(room, 'unclaimed', id)
    end
  end
end

local function skip_silent(room, lane)
  local silent = redis.call('ZRANGEBYSCORE', lane.seen, '-inf', '(' .. digits(room.now), 'LIMIT', 0, MAX_EXPIRED)
  for _, id in ipairs(silent) do
    local stood = redis.call('ZREM', lane.ready, id) + redis.call('ZREM', lane.late, id) > 0
    redis.call('ZREM', lane.seen, id)
    -- Its late time and strikes are remembered for a while; who has none, or is silent longer, is forgotten and starts anew.
    if stood and not string.find(redis.call('HGET', lane.answers, id) or '- 0 ', '^%S+ %- 0 ') then
      redis.call('ZADD', lane.seen, digits(room.now + REMEMBER_SILENT_MS), id)
    elseif not room.running or (stood and redis.call('LLEN', lane.calls_key) > 0) then
      -- Its call may still be open, and a ticket counts once as an answer to it.
      redis.call('ZADD', lane.seen, digits(room.now + FORGET_SILENT_MS), id)
    else
      redis.call('HDEL', lane.answers, id)
    end
  end
end

local function expire(room)
  end_keys(room)
  for _, lane in ipairs(room.lanes) do skip_silent(room, lane) end
  redis.call('ZREMRANGEBYSCORE', spent_key, '-inf', room.now)
  room.turnover = room.turnover + (room.freed / room.elapsed - room.turnover) * (1 - math.exp(-room.elapsed / TURNOVER_MEMORY_MS))
end
