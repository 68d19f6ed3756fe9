--- @include "law"
--- @include "numbers"
--- @include "calls"
--- @include "batch"
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
  lane.punctual, lane.behind, lane.taken_punctual, lane.taken_behind = {}, {}, 0, 0
  lane.gone = {}
end

-- The first of both lines of a lane, as id and score in turn: no more than may enter at all.
local function read_heads(room, lane)
  if room.allowance == 0 then return end
  -- Nobody beyond the start of the oldest open call: who answers in time is never overtaken.
  local gate = lane.calls[1] and digits(lane.calls[1].from) or '+inf'
  lane.punctual = redis.call('ZRANGEBYSCORE', lane.ready, '-inf', gate, 'WITHSCORES', 'LIMIT', 0, room.allowance)
  -- Where those who are ready can use it all, late ones get their credit and no more.
  local most = #lane.punctual < 2 * room.allowance and room.allowance or math.min(room.allowance, math.floor(lane.late_credit))
  if lane.late_count > 0 and most > 0 then lane.behind = redis.call('ZRANGE', lane.late, 0, most - 1, 'WITHSCORES') end
end

local function has_punctual(lane) return lane.punctual[2 * lane.taken_punctual + 1] ~= nil end
local function has_behind(lane) return lane.behind[2 * lane.taken_behind + 1] ~= nil end
local function is_able(lane)
  return has_punctual(lane) or (has_behind(lane) and (lane.ready_count == lane.taken_punctual or lane.late_credit >= 1))
end

-- Lets the next ones of a line in, at most `most`; returns how many of it are in by now. What is said of them is kept in pieces until the end:
-- Redis's Lua hashes every letter of each string that is made.
local function take_from(room, lane, heads, taken, most, mark)
  local ids, gone, said = room.admitted, lane.gone, room.admissions
  local count, left, pieces = #ids, #gone, #said
  local last = math.min(#heads / 2, taken + most)
  for index = taken + 1, last do
    local id = heads[2 * index - 1]
    if pieces > 0 then
      pieces = pieces + 1
      said[pieces] = '\n'
    end
    count, left, pieces = count + 1, left + 1, pieces + 4
    ids[count], gone[left] = id, id
    said[pieces - 3], said[pieces - 2], said[pieces - 1], said[pieces] = id, ' ', heads[2 * index], mark
  end
  return last
end

local function take(room, lane, most)
  -- The late line goes by credit, one by one; where nobody stands in it, all at once.
  if has_behind(lane) then
    if lane.late_credit >= 1 or not has_punctual(lane) then
      lane.taken_behind = take_from(room, lane, lane.behind, lane.taken_behind, 1, ' ' .. lane.name .. ' late')
      lane.late_to = math.max(lane.late_to, tonumber(lane.behind[2 * lane.taken_behind]))
      lane.late_credit = math.max(0, lane.late_credit - 1)
      return 1
    end
    most = 1
  end
  local before = lane.taken_punctual
  lane.taken_punctual = take_from(room, lane, lane.punctual, before, most, ' ' .. lane.name .. ' ready')
  lane.admitted_to = tonumber(lane.punctual[2 * lane.taken_punctual])
  return lane.taken_punctual - before
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
    left = left - take(room, lane, alone and left or 1)
  end
end

-- The access keys, not claimable before the tick is committed. They have no TTL: `live` knows their end, and a later tick takes them out.
local function write_keys(room)
  local until_text, prefix, pairs_of, entries = digits(room.until_ms), ARGV[2], {}, {}
  local value = until_text .. ' key ' .. digits(room.period)
  for index, id in ipairs(room.admitted) do
    local at = 2 * index
    pairs_of[at - 1], pairs_of[at] = prefix .. id, value
    entries[at - 1], entries[at] = until_text, id
  end
  each_chunk(pairs_of, function(...) redis.call('MSET', ...) end)
  each_chunk(entries, function(...) redis.call('ZADD', live_key, ...) end)
end

-- Who got a key stands in no line any more: they were the first of each.
local function leave_line(lane)
  if lane.taken_punctual > 0 then redis.call('ZREMRANGEBYRANK', lane.ready, 0, lane.taken_punctual - 1) end
  if lane.taken_behind > 0 then redis.call('ZREMRANGEBYRANK', lane.late, 0, lane.taken_behind - 1) end
  each_chunk(lane.gone, function(...) redis.call('ZREM', lane.seen, ...) end)
  lane.ready_count = lane.ready_count - lane.taken_punctual
  lane.late_count = lane.late_count - lane.taken_behind
end

local function let_in(room)
  local count = #room.admitted
  if count == 0 then return end
  write_keys(room)
  for _, lane in ipairs(room.lanes) do leave_line(lane) end
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
    read_heads(room, lane)
  end
  choose(room, present)
  let_in(room)
  for _, lane in ipairs(room.lanes) do measure_pace(room, lane) end
end
