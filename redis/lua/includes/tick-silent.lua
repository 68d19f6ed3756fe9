--- @include "law"
--- @include "numbers"
--- @include "batch"
--- @include "answers"
--- @include "seen"
--- Purpose: part of a tick's second step: who is silent leaves `ready` and `late`, and is forgotten in time.
local MAX_SILENT = 5000 -- a tick's work is bounded; the rest waits a second
local MAX_SECONDS = 5000 -- after a day without ticks, what went by meanwhile is judged within 18 of them

-- Those of a list who stand in line.
local function standing_of(lane, ids)
  local ready = ask_chunks(ids, function(...) return redis.call('ZMSCORE', lane.ready, ...) end)
  local late = ask_chunks(ids, function(...) return redis.call('ZMSCORE', lane.late, ...) end)
  local standing = {}
  for index, id in ipairs(ids) do if ready[index] or late[index] then standing[#standing + 1] = id end end
  return standing
end

-- Who of a second's set stands in line, and whether the set is done with. Redis compares them itself: most of them have left the line long
-- ago, and each would be a string of Lua's. A set too large for that is taken a part at a time.
local function standing_in(lane, second)
  local set = seen_set(lane.seen, second)
  local size = redis.call('SCARD', set)
  if size == 0 then return {}, true end
  if size > MAX_SILENT then return standing_of(lane, redis.call('SPOP', set, MAX_SILENT)), false end
  local standing = redis.call('ZINTER', 2, set, lane.ready)
  for _, id in ipairs(redis.call('ZINTER', 2, set, lane.late)) do standing[#standing + 1] = id end
  redis.call('UNLINK', set)
  return standing, true
end

-- Takes those out of line whose answer was due in that second and did not come; returns whether the second is done with, and how
-- many they were.
local function skip_second(room, lane, second)
  local standing, is_done = standing_in(lane, second)
  local texts = ask_chunks(standing, function(...) return redis.call('HMGET', lane.answers, ...) end)
  local silent, remembered, known, forgotten = {}, {}, {}, {}
  local calls_open = redis.call('LLEN', lane.calls_key) > 0
  for index, id in ipairs(standing) do
    local answers = parse_answers(texts[index])
    -- A set that an earlier epoch left may name somebody who has answered since.
    if answers.due == second then
      silent[#silent + 1] = id
      -- Its late time and strikes are remembered for a while; who has none, or is silent longer, is forgotten and starts anew. While its call
      -- may be open, nobody is: a ticket counts once as an answer to it.
      local ms = (answers.late_since or answers.strikes > 0) and REMEMBER_SILENT_MS or (calls_open or not room.running) and FORGET_SILENT_MS
      if ms then
        answers.due = nil
        remembered[#remembered + 1], remembered[#remembered + 2] = digits(room.now + ms), id
        known[#known + 1], known[#known + 2] = id, answers_text(answers)
      else
        forgotten[#forgotten + 1] = id
      end
    end
  end
  each_chunk(silent, function(...)
    redis.call('ZREM', lane.ready, ...)
    redis.call('ZREM', lane.late, ...)
  end)
  each_chunk(remembered, function(...) redis.call('ZADD', lane.seen, ...) end)
  each_chunk(known, function(...) redis.call('HSET', lane.answers, ...) end)
  each_chunk(forgotten, function(...) redis.call('HDEL', lane.answers, ...) end)
  return is_done, #silent
end

-- Who was silent for long. While nobody can be let in, the time of those goes on whose call may be open still.
local function forget_silent(room, lane)
  local silent = redis.call('ZRANGEBYSCORE', lane.seen, '-inf', '(' .. digits(room.now), 'LIMIT', 0, MAX_SILENT)
  if room.running then
    each_chunk(silent, function(...)
      redis.call('ZREM', lane.seen, ...)
      redis.call('HDEL', lane.answers, ...)
    end)
    return
  end
  local longer = {}
  for index, id in ipairs(silent) do longer[2 * index - 1], longer[2 * index] = digits(room.now + FORGET_SILENT_MS), id end
  each_chunk(longer, function(...) redis.call('ZADD', lane.seen, ...) end)
end

local function skip_silent(room)
  for _, lane in ipairs(room.lanes) do forget_silent(room, lane) end
  local last = math.min(math.floor(room.now / 1000) - 1, room.judged_to + MAX_SECONDS)
  local all = 0
  for second = room.judged_to + 1, last do
    local all_done = true
    for _, lane in ipairs(room.lanes) do
      local is_done, count = skip_second(room, lane, second)
      all_done, all = all_done and is_done, all + count
    end
    if not all_done then return end
    room.judged_to = second
    if all >= MAX_SILENT then return end
  end
end
