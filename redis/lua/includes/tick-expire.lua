--- @include "law"
--- @include "numbers"
--- @include "batch"
--- @include "unclaimed"
--- @include "answers"
--- @include "tick-silent"
--- Purpose: the second step of a tick: unclaimed keys and sessions that are over leave `live`, who is silent leaves `ready` and `late`.
local MAX_EXPIRED = 5000 -- a tick's work is bounded; the rest waits a second
local DAY_MS = 24 * 3600 * 1000

-- Counts keys that were not claimed: returns whose first it was, and whose second, which spends the ticket.
local function strike(room, ids)
  local once, twice, left = {}, {}, ids
  -- The ticket's lane is not in the key: its answers are in exactly one lane's hash.
  for _, lane in ipairs(room.lanes) do
    local texts = ask_chunks(left, function(...) return redis.call('HMGET', lane.answers, ...) end)
    local others, remembered, known, forgotten = {}, {}, {}, {}
    for index, id in ipairs(left) do
      local answers = parse_answers(texts[index])
      answers.strikes, answers.due = answers.strikes + 1, nil
      if not answers.known then
        others[#others + 1] = id
      elseif answers.strikes > 1 then
        forgotten[#forgotten + 1], twice[#twice + 1] = id, id
      else
        once[#once + 1] = id
        remembered[#remembered + 1], remembered[#remembered + 2] = digits(room.now + REMEMBER_SILENT_MS), id
        known[#known + 1], known[#known + 2] = id, answers_text(answers)
      end
    end
    each_chunk(forgotten, function(...) redis.call('HDEL', lane.answers, ...) end)
    each_chunk(remembered, function(...) redis.call('ZADD', lane.seen, ...) end)
    each_chunk(known, function(...) redis.call('HSET', lane.answers, ...) end)
    left = others
  end
  for _, id in ipairs(left) do once[#once + 1] = id end
  return once, twice
end

-- A ticket's second key went by unclaimed: it buys nothing any more.
local function spend(room, ids)
  local at, exp_ms = digits(room.now), digits(room.now + DAY_MS)
  local spent, facts = {}, {}
  for index, id in ipairs(ids) do
    spent[2 * index - 1], spent[2 * index] = exp_ms, id
    facts[index] = table.concat({ 'spent', id, at, at, exp_ms }, ' ')
  end
  each_chunk(spent, function(...) redis.call('ZADD', spent_key, ...) end)
  each_chunk(facts, function(...) redis.call('RPUSH', facts_key, ...) end)
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
  local spent = ask_chunks(ids, function(...) return redis.call('ZMSCORE', spent_key, ...) end)
  local unclaimed, unclaimed_keys = {}, {}
  for index, id in ipairs(ids) do
    local claimed = values[index] and string.find(values[index], ' session', 1, true) or spent[index]
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
  local once, twice = strike(room, ids)
  spend(room, twice)
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
