--- @include "law"
--- @include "numbers"
--- @include "batch"
--- @include "unclaimed"
--- @include "answers"
--- @include "tick-silent"
--- Purpose: the second step of a tick: unclaimed keys and sessions that are over leave `live`, who is silent leaves `ready` and `late`.
local MAX_EXPIRED = 5000 -- a tick's work is bounded; the rest waits a second
local DAY_MS = 24 * 3600 * 1000

-- Counts a key that was not claimed; returns how many they are now. The second one spends the ticket.
local function strike(room, id)
  -- The ticket's lane is not in the key: its answers are in exactly one lane's hash.
  for _, lane in ipairs(room.lanes) do
    local text = redis.call('HGET', lane.answers, id)
    if text then
      local answers = parse_answers(text)
      answers.strikes, answers.due = answers.strikes + 1, nil
      if answers.strikes > 1 then
        redis.call('HDEL', lane.answers, id)
        return answers.strikes
      end
      redis.call('ZADD', lane.seen, digits(room.now + REMEMBER_SILENT_MS), id)
      redis.call('HSET', lane.answers, id, answers_text(answers))
      return answers.strikes
    end
  end
  return 1
end

-- What is the same for many is said once: a fact of its own for each would cost more than the end itself.
local function note_ended(room, what, ids)
  local head = 'ended ' .. what .. ' ' .. digits(room.now) .. ' '
  for from = 1, #ids, CHUNK do
    redis.call('RPUSH', facts_key, head .. table.concat(ids, ' ', from, math.min(#ids, from + CHUNK - 1)))
  end
end

-- Their keys say themselves that they are over, and are tidied away by their TTL.
local function end_sessions(room)
  local ids = redis.call('ZRANGEBYSCORE', live_key, '-inf', room.now, 'LIMIT', 0, MAX_EXPIRED)
  if #ids == 0 then return end
  redis.call('ZREMRANGEBYRANK', live_key, 0, #ids - 1)
  room.freed = room.freed + #ids
  note_ended(room, 'expired', ids)
end

-- Who is left in a window that ends. An edge of an older version leaves those there that have claimed: their keys' values say so, or, where
-- those were tidied away after a long silence of all workers, that the ticket is spent.
local function unclaimed_of(window)
  local ids, keys = redis.call('SMEMBERS', window), {}
  if #ids == 0 then return ids, keys end
  for index, id in ipairs(ids) do keys[index] = ARGV[2] .. id end
  local values = ask_chunks(keys, function(...) return redis.call('MGET', ...) end)
  local unclaimed, unclaimed_keys = {}, {}
  for index, id in ipairs(ids) do
    local claimed = values[index] and string.find(values[index], ' session', 1, true) or redis.call('ZSCORE', spent_key, id)
    if not claimed then unclaimed[#unclaimed + 1], unclaimed_keys[#unclaimed_keys + 1] = id, keys[index] end
  end
  redis.call('HINCRBY', state_key, 'unclaimed', -#ids)
  return unclaimed, unclaimed_keys
end

local function end_window(room, window_end)
  local window = window_key(live_key, window_end)
  local ids, keys = unclaimed_of(window)
  redis.call('UNLINK', window)
  redis.call('ZREM', windows_key(live_key), window_end)
  each_chunk(keys, function(...) redis.call('DEL', ...) end)
  room.freed = room.freed + #ids
  local once = {}
  for _, id in ipairs(ids) do
    if strike(room, id) > 1 then
      local at, exp_ms = digits(room.now), digits(room.now + DAY_MS)
      redis.call('ZADD', spent_key, exp_ms, id)
      redis.call('RPUSH', facts_key, table.concat({ 'spent', id, at, at, exp_ms }, ' '))
    else
      once[#once + 1] = id
    end
  end
  note_ended(room, 'unclaimed', once)
  return #ids
end

local function end_windows(room)
  local ended = 0
  for _, window_end in ipairs(redis.call('ZRANGEBYSCORE', windows_key(live_key), '-inf', room.now, 'LIMIT', 0, MAX_EXPIRED)) do
    if ended >= MAX_EXPIRED then return end
    ended = ended + end_window(room, window_end)
  end
end

local function expire(room)
  end_sessions(room)
  end_windows(room)
  skip_silent(room)
  redis.call('ZREMRANGEBYSCORE', spent_key, '-inf', room.now)
  room.turnover = room.turnover + (room.freed / room.elapsed - room.turnover) * (1 - math.exp(-room.elapsed / TURNOVER_MEMORY_MS))
end
