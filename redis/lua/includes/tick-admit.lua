--- @include "law"
--- @include "numbers"
--- @include "calls"
--- @include "batch"
--- @include "unclaimed"
--- @include "tick-pace"
--- Purpose: the fourth to sixth step of a tick: close calls and learn from them, admit with lanes taking turns by weight, write access keys.
local function close_calls(room, lane)
  for _, text in ipairs(redis.call('LRANGE', lane.calls_key, 0, -1)) do
    local call = parse_call(text)
    if call_is_open(call, room.open_ms) then
      lane.calls[#lane.calls + 1] = call
    elseif call.count > 0 and call.count < RESTORED_CALL then
      lane.show = lane.show + (call.answered / call.count - lane.show) * (call.count / (call.count + SHOW_MEMORY))
      measure_call(lane, call)
    end
  end
  if room.passthrough then lane.calls = {} end
end

local function count_lines(lane)
  lane.ready_count, lane.late_count = redis.call('ZCARD', lane.ready), redis.call('ZCARD', lane.late)
  lane.punctual, lane.behind, lane.taken_punctual, lane.taken_behind = 0, 0, 0, 0
end

-- How many of both lines of a lane may enter: no more than may enter at all.
local function count_able(room, lane)
  if room.allowance == 0 then return end
  -- Nobody beyond the start of the oldest open call: who answers in time is never overtaken.
  local gate = lane.calls[1] and digits(lane.calls[1].from) or '+inf'
  lane.punctual = math.min(redis.call('ZCOUNT', lane.ready, '-inf', gate), room.allowance)
  -- Where those who are ready can use it all, late ones get their credit and no more.
  local most = lane.punctual < room.allowance and room.allowance or math.min(room.allowance, math.floor(lane.late_credit))
  lane.behind = math.min(lane.late_count, most)
end

local function has_punctual(lane) return lane.taken_punctual < lane.punctual end
local function has_behind(lane) return lane.taken_behind < lane.behind end
local function is_able(lane)
  return has_punctual(lane) or (has_behind(lane) and (lane.ready_count == lane.taken_punctual or lane.late_credit >= 1))
end

-- Lets the next ones of a lane in, at most `most`; returns how many.
local function take(lane, most)
  -- The late line goes by credit, one by one; where nobody stands in it, all at once.
  if has_behind(lane) then
    if lane.late_credit >= 1 or not has_punctual(lane) then
      lane.taken_behind = lane.taken_behind + 1
      lane.late_credit = math.max(0, lane.late_credit - 1)
      return 1
    end
    most = 1
  end
  local count = math.min(lane.punctual - lane.taken_punctual, most)
  lane.taken_punctual = lane.taken_punctual + count
  return count
end

-- Whose turn it is (smooth weighted round robin): what a lane can't use passes on. Nil when nobody may enter any more; `alone` when no other
-- lane is able to, and so none will be in this tick.
local function next_lane(present)
  local chosen, weights, able = nil, 0, 0
  for _, lane in ipairs(present) do
    if is_able(lane) then
      able = able + 1
      weights = weights + lane.weight
      lane.turn = lane.turn + lane.weight
      if not chosen or lane.turn > chosen.turn then chosen = lane end
    end
  end
  if chosen then chosen.turn = chosen.turn - weights end
  return chosen, able == 1
end

local function choose(room, present)
  local left = room.allowance
  while left > 0 do
    local lane, alone = next_lane(present)
    if not lane then return end
    left = left - take(lane, alone and left or 1)
  end
end

-- Who is let in, as id and score in turn: out of line, with an access key that is not claimable before the tick is committed. The keys have no
-- TTL: the set of their window knows them, and a later tick takes out who is left. Redis's Lua hashes every letter of each string that is
-- made, so the text of admissions is made of all at once.
local function give_keys(room, lane, entered, from)
  local until_text, prefix = digits(room.until_ms), ARGV[2]
  local value = until_text .. ' key ' .. digits(room.period)
  room.admissions[#room.admissions + 1] = lane.name .. ' ' .. from .. ' ' .. table.concat(entered, ' ')
  local ids, keys, count = {}, {}, 0
  for at = 1, #entered, 2 do
    local id = entered[at]
    count = count + 1
    ids[count], keys[at], keys[at + 1] = id, prefix .. id, value
  end
  each_chunk(keys, function(...) redis.call('MSET', ...) end)
  keep_unclaimed(state_key, live_key, until_text, ids)
end

-- Takes the first ones out of a line: in one piece it costs half of what ZPOPMIN does, which searches each.
local function take_first(line, count)
  local entered = redis.call('ZRANGE', line, 0, count - 1, 'WITHSCORES')
  redis.call('ZREMRANGEBYRANK', line, 0, count - 1)
  return entered
end

local function let_in_lane(room, lane)
  if lane.taken_punctual > 0 then
    local entered = take_first(lane.ready, lane.taken_punctual)
    lane.admitted_to = tonumber(entered[#entered])
    lane.ready_count = lane.ready_count - lane.taken_punctual
    give_keys(room, lane, entered, 'ready')
  end
  if lane.taken_behind > 0 then
    local entered = take_first(lane.late, lane.taken_behind)
    lane.late_to = math.max(lane.late_to, tonumber(entered[#entered]))
    lane.late_count = lane.late_count - lane.taken_behind
    give_keys(room, lane, entered, 'late')
  end
end

local function let_in(room)
  local count = 0
  for _, lane in ipairs(room.lanes) do
    count = count + lane.taken_punctual + lane.taken_behind
    let_in_lane(room, lane)
  end
  if count == 0 then return end
  room.pace = math.max(0, room.pace - count * MINUTE_MS)
  room.live = room.live + count
  room.last_minute = room.last_minute + count
  redis.call('RPUSH', ring_key, digits(room.now) .. ' ' .. count)
end

local function admit(room)
  local present, weights = {}, 0
  for _, lane in ipairs(room.lanes) do
    close_calls(room, lane)
    count_lines(lane)
    if lane.ready_count > 0 or lane.late_count > 0 then
      present[#present + 1] = lane
      weights = weights + lane.weight
    end
  end
  for _, lane in ipairs(present) do
    lane.late_credit = math.min(lane.late_credit, 1) + LATE_SHARE * room.allowance * lane.weight / weights
    count_able(room, lane)
  end
  choose(room, present)
  let_in(room)
  for _, lane in ipairs(room.lanes) do measure_pace(room, lane) end
end
