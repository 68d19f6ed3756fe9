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

-- The first of both lines of a lane, as id and score in turn: no more than may enter at all.
local function read_heads(room, lane)
  lane.ready_count, lane.late_count = redis.call('ZCARD', lane.ready), redis.call('ZCARD', lane.late)
  lane.punctual, lane.behind, lane.taken_punctual, lane.taken_behind = {}, {}, 0, 0
  lane.gone = {}
  if room.allowance == 0 then return end
  -- Nobody beyond the start of the oldest open call: who answers in time is never overtaken.
  local gate = lane.calls[1] and digits(lane.calls[1].from) or '+inf'
  lane.punctual = redis.call('ZRANGEBYSCORE', lane.ready, '-inf', gate, 'WITHSCORES', 'LIMIT', 0, room.allowance)
  lane.behind = redis.call('ZRANGE', lane.late, 0, room.allowance - 1, 'WITHSCORES')
end

local function has_punctual(lane) return lane.punctual[2 * lane.taken_punctual + 1] ~= nil end
local function has_behind(lane) return lane.behind[2 * lane.taken_behind + 1] ~= nil end
local function is_able(lane)
  return has_punctual(lane) or (has_behind(lane) and (lane.ready_count == lane.taken_punctual or lane.late_credit >= 1))
end

local function take(room, lane)
  local late = has_behind(lane) and (lane.late_credit >= 1 or not has_punctual(lane))
  local heads, at = lane.punctual, 2 * lane.taken_punctual + 1
  if late then heads, at = lane.behind, 2 * lane.taken_behind + 1 end
  local id, score = heads[at], heads[at + 1]
  if late then
    lane.taken_behind = lane.taken_behind + 1
    lane.late_to = math.max(lane.late_to, tonumber(score))
    lane.late_credit = math.max(0, lane.late_credit - 1)
  else
    lane.taken_punctual = lane.taken_punctual + 1
    lane.admitted_to = tonumber(score)
  end
  local count = #room.admitted + 1
  lane.gone[#lane.gone + 1], room.admitted[count] = id, id
  room.admissions[count] = id .. ' ' .. score .. ' ' .. lane.name .. (late and ' late' or ' ready')
end

-- Whose turn it is (smooth weighted round robin): what a lane can't use passes on. Nil when nobody may enter any more.
local function next_lane(present)
  local chosen, weights = nil, 0
  for _, lane in ipairs(present) do
    if is_able(lane) then
      weights = weights + lane.weight
      lane.turn = lane.turn + lane.weight
      if not chosen or lane.turn > chosen.turn then chosen = lane end
    end
  end
  if chosen then chosen.turn = chosen.turn - weights end
  return chosen
end

local function choose(room, present)
  for _ = 1, room.allowance do
    local lane = next_lane(present)
    if not lane then return end
    take(room, lane)
  end
end

-- The access keys, not claimable before the tick is committed.
local function write_keys(room)
  local until_text, entries = digits(room.until_ms), {}
  local value, ttl = until_text .. ' key ' .. digits(room.period), digits(room.until_ms - room.now + KEY_TIDY_MS)
  for index, id in ipairs(room.admitted) do
    redis.call('SET', ARGV[2] .. id, value, 'PX', ttl)
    entries[2 * index - 1], entries[2 * index] = until_text, id
  end
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
    read_heads(room, lane)
    if lane.ready_count > 0 or lane.late_count > 0 then
      present[#present + 1] = lane
      weights = weights + lane.weight
    end
  end
  for _, lane in ipairs(present) do
    lane.late_credit = math.min(lane.late_credit, 1) + LATE_SHARE * room.allowance * lane.weight / weights
  end
  choose(room, present)
  let_in(room)
  for _, lane in ipairs(room.lanes) do measure_pace(room, lane) end
end
