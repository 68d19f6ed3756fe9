--- @include "law"
--- @include "numbers"
--- @include "calls"
--- Purpose: the fourth to sixth step of a tick: close calls and learn from them, admit with lanes taking turns by weight, write access keys.
local function close_calls(room, lane)
  for _, text in ipairs(redis.call('LRANGE', lane.calls_key, 0, -1)) do
    local call = parse_call(text)
    if call_is_open(call, room.open_ms) then
      lane.calls[#lane.calls + 1] = call
    elseif call.count > 0 and call.count < RESTORED_CALL then
      lane.show = lane.show + (call.answered / call.count - lane.show) * (call.count / (call.count + SHOW_MEMORY))
    end
  end
  if room.passthrough then lane.calls = {} end
end

-- The first of both lines of a lane: no more than may enter at all.
local function read_heads(room, lane)
  lane.ready_count, lane.late_count = redis.call('ZCARD', lane.ready), redis.call('ZCARD', lane.late)
  lane.punctual, lane.behind, lane.next_punctual, lane.next_behind = {}, {}, 1, 1
  lane.gone_ready, lane.gone_late = {}, {}
  if room.allowance == 0 then return end
  -- Nobody beyond the start of the oldest open call: who answers in time is never overtaken.
  local gate = lane.calls[1] and digits(lane.calls[1].from) or '+inf'
  lane.punctual = redis.call('ZRANGEBYSCORE', lane.ready, '-inf', gate, 'WITHSCORES', 'LIMIT', 0, room.allowance)
  lane.behind = redis.call('ZRANGE', lane.late, 0, room.allowance - 1, 'WITHSCORES')
end

local function has_punctual(lane) return lane.next_punctual <= #lane.punctual end
local function has_behind(lane) return lane.next_behind <= #lane.behind end
local function is_able(lane)
  return has_punctual(lane) or (has_behind(lane) and (lane.ready_count == 0 or lane.late_credit >= 1))
end

local function take(room, lane)
  local late = has_behind(lane) and (lane.late_credit >= 1 or not has_punctual(lane))
  local id, score
  if late then
    id, score = lane.behind[lane.next_behind], lane.behind[lane.next_behind + 1]
    lane.next_behind = lane.next_behind + 2
    lane.late_to = math.max(lane.late_to, tonumber(score))
    lane.late_credit = math.max(0, lane.late_credit - 1)
    lane.late_count = lane.late_count - 1
    lane.gone_late[#lane.gone_late + 1] = id
  else
    id, score = lane.punctual[lane.next_punctual], lane.punctual[lane.next_punctual + 1]
    lane.next_punctual = lane.next_punctual + 2
    lane.admitted_to = tonumber(score)
    lane.ready_count = lane.ready_count - 1
    lane.gone_ready[#lane.gone_ready + 1] = id
  end
  room.admitted[#room.admitted + 1] = { id = id, lane = lane.name, score = score, late = late }
end

-- Lanes take turns slot by slot (smooth weighted round robin); what one can't use passes on.
local function choose(room, present)
  while #room.admitted < room.allowance do
    local able, able_weight, chosen = {}, 0, nil
    for _, lane in ipairs(present) do
      if is_able(lane) then
        able[#able + 1] = lane
        able_weight = able_weight + lane.weight
      end
    end
    if #able == 0 then return end
    for _, lane in ipairs(able) do
      lane.turn = lane.turn + lane.weight
      if not chosen or lane.turn > chosen.turn then chosen = lane end
    end
    chosen.turn = chosen.turn - able_weight
    take(room, chosen)
  end
end

-- A thousand arguments a command: Lua's stack holds a few thousand.
local function in_chunks(list, use)
  for from = 1, #list, 1000 do use(from, math.min(#list, from + 999)) end
end
local function remove_all(key, list)
  in_chunks(list, function(from, to) redis.call('ZREM', key, unpack(list, from, to)) end)
end

-- The access keys, not claimable before the tick is committed; who got one stands in no line any more.
local function let_in(room)
  local until_text, live_entries = digits(room.until_ms), {}
  local value, ttl = until_text .. ' key ' .. digits(room.period), digits(room.until_ms - room.now + KEY_TIDY_MS)
  for index, admission in ipairs(room.admitted) do
    redis.call('SET', ARGV[2] .. admission.id, value, 'PX', ttl)
    live_entries[2 * index - 1], live_entries[2 * index] = until_text, admission.id
  end
  in_chunks(live_entries, function(from, to) redis.call('ZADD', live_key, unpack(live_entries, from, to)) end)
  for _, lane in ipairs(room.lanes) do
    remove_all(lane.ready, lane.gone_ready)
    remove_all(lane.seen, lane.gone_ready)
    remove_all(lane.late, lane.gone_late)
    remove_all(lane.seen, lane.gone_late)
  end
  local count = #room.admitted
  room.pace = math.max(0, room.pace - count * MINUTE_MS)
  room.live = room.live + count
  room.last_minute = room.last_minute + count
  if count > 0 then redis.call('RPUSH', ring_key, digits(room.now) .. ' ' .. count) end
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
end
