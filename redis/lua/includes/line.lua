--- @include "law"
--- @include "numbers"
--- Purpose: who waits in a lane, by rank and by score. Tickets that have not added themselves again since Redis lost its index are counted
---   by arithmetic (WAITING-ROOM §5): `lane.lost` is a list of {from, to, count}, each spread evenly over from < score <= to.
local function read_lost(text)
  local lost = cjson.decode(text or '[]')
  for _, part in ipairs(lost) do part[1], part[2] = tonumber(part[1]), tonumber(part[2]) end
  return lost
end
local function lost_text(lost)
  if #lost == 0 then return '[]' end
  local parts = {}
  for index, part in ipairs(lost) do parts[index] = { digits(part[1]), digits(part[2]), part[3] } end
  return cjson.encode(parts)
end
-- How many of the index stand where tickets are missing, how many should, and how many stand behind.
local function line_sizes(lane)
  local all = redis.call('ZCARD', lane.waiting)
  if #lane.lost == 0 then return 0, 0, all end
  local there, should = redis.call('ZCOUNT', lane.waiting, '-inf', digits(lane.lost[#lane.lost][2])), 0
  for _, part in ipairs(lane.lost) do should = should + part[3] end
  return there, math.ceil(should), all - there
end
local function count_waiting(lane)
  local there, should, behind = line_sizes(lane)
  return math.max(there, should) + behind
end
-- How many wait before a score: those in the index, or by arithmetic where more of them are missing from it.
local function count_before(lane, score)
  local there = redis.call('ZCOUNT', lane.waiting, '-inf', '(' .. digits(score))
  if #lane.lost == 0 then return there end
  local should, missing_to = 0, lane.lost[#lane.lost][2]
  for _, part in ipairs(lane.lost) do
    if score > part[2] then
      should = should + part[3]
    elseif score > part[1] then
      -- The last one counted is who asks.
      should = should + math.max(0, part[3] * (score - part[1]) / (part[2] - part[1]) - 1)
    end
  end
  should = math.floor(should + 0.5)
  if score <= missing_to then return math.max(there, should) end
  local before = redis.call('ZCOUNT', lane.waiting, '-inf', digits(missing_to))
  return math.max(before, should) + there - before
end
-- The score at which `rank` people wait, or of the last one when fewer do; nil when nobody does. `there` and `behind` may be known already.
local function score_at(lane, rank, there, behind)
  local sum = 0
  for _, part in ipairs(lane.lost) do
    if part[3] > 0 and sum + part[3] >= rank then return part[1] + (part[2] - part[1]) * (rank - sum) / part[3] end
    sum = sum + part[3]
  end
  if not there then
    local _
    there, _, behind = line_sizes(lane)
  end
  local index = math.min(there + math.max(1, math.ceil(rank - sum)), there + behind) - 1
  if behind > 0 then return tonumber(redis.call('ZRANGE', lane.waiting, index, index, 'WITHSCORES')[2]) end
  return #lane.lost > 0 and lane.lost[#lane.lost][2] or nil
end
-- How many wait below a score.
local function count_below(lane, score)
  local known = redis.call('ZCOUNT', lane.waiting, '-inf', '(' .. digits(score))
  if #lane.lost == 0 then return known end
  local there, should = 0, 0
  for _, part in ipairs(lane.lost) do
    local share = math.max(0, math.min(1, (score - part[1]) / (part[2] - part[1])))
    should = should + part[3] * share
  end
  there = redis.call('ZCOUNT', lane.waiting, '-inf', digits(math.min(score - DRAW_STEP, lane.lost[#lane.lost][2])))
  return math.max(there, math.floor(should)) + known - there
end
-- Takes all up to a score out of the line; returns how many they are.
local function take_up_to(lane, to)
  local there, should = line_sizes(lane)
  local removed = redis.call('ZREMRANGEBYSCORE', lane.waiting, '-inf', digits(to))
  if #lane.lost == 0 then return removed end
  while lane.lost[1] and lane.lost[1][2] <= to do table.remove(lane.lost, 1) end
  local first = lane.lost[1]
  if first and first[1] < to then
    first[3] = first[3] * (first[2] - to) / (first[2] - first[1])
    first[1] = to
  end
  local left = 0
  for _, part in ipairs(lane.lost) do left = left + part[3] end
  local known = math.min(removed, there)
  return math.max(1, known, math.ceil(should - left)) + removed - known
end
-- Of a round that is not over only the size is told, by where it begins and ends: its scores are nobody's to know, as in the lobby.
local function hidden_marks(lane)
  local marks = {}
  for _, round in ipairs(lane.open_from and lane.rounds or {}) do
    local base = round[2]
    if base >= lane.open_from and base > lane.called_to then
      marks[#marks + 1] = { base, count_below(lane, base) + lane.ready_count }
      marks[#marks + 1] = { base + 1 - DRAW_STEP, count_below(lane, base + 1) + lane.ready_count }
    end
  end
  return marks
end
-- Points of score and rank for everyone's own position: geometric, at most `most` and the two ends.
local function marks_of(lane, opened, most)
  -- In the lobby the order is nobody's to know: who saw the draws could join again until they like theirs (WAITING-ROOM §2).
  if not opened then return { { 0, 0 }, { lane.counter + 1, lane.waiting_count } } end
  local marks = { { lane.called_to, lane.ready_count } }
  local count, rank, hidden = lane.waiting_count, 1, hidden_marks(lane)
  local there, _, behind = line_sizes(lane)
  most = most - #hidden
  local step = math.max(1.05, math.exp(math.log(math.max(2, count)) / most))
  while count > 0 and #marks <= most do
    rank = math.min(count, rank)
    local score = score_at(lane, rank, there, behind)
    if lane.open_from and score >= lane.open_from then break end
    marks[#marks + 1] = { score, rank - 1 + lane.ready_count }
    if rank == count then break end
    rank = math.max(rank + 1, math.ceil(rank * step))
    if #marks == most then rank = count end
  end
  for _, mark in ipairs(hidden) do marks[#marks + 1] = mark end
  -- Where the next joiner will stand: numbers may have been skipped since the last one.
  if lane.counter + 1 > marks[#marks][1] then marks[#marks + 1] = { lane.counter + 1, count + lane.ready_count } end
  return marks
end
