--- @include "law"
--- @include "numbers"
--- @include "calls"
--- @include "line"
--- @include "rounds"
--- @include "tick-pace"
--- Purpose: the last step of a tick: the board, what Postgres needs, and the state from which the next tick goes on.
local LINE_PARTS = 16 -- as many as say well enough how long a drawn line is
local MAX_FACTS = 5000 -- a tick's work is bounded; the rest waits a second

local function phase_of(room)
  return room.closed and 'closed' or (not room.opened and 'lobby') or (room.paused and 'paused') or (room.sold_out and 'sold_out') or 'open'
end

local function lane_on_board(room, lane)
  return {
    base = digits(lane.base), calledTo = digits(lane.called_to), nearTo = digits(lane.near_to), admittedTo = digits(lane.admitted_to),
    lateTo = lane.late_to, waiting = lane.waiting_count, marks = marks_of(lane, room.opened, math.floor(60 / #room.lanes)),
    pace = pace_of(lane),
  }
end

local function board_of(room)
  local c, last_minute = room.c, room.last_minute
  local board = {
    room = ARGV[3], epoch = tonumber(ARGV[1]), tick = room.period, at = room.now, phase = phase_of(room), lanes = {}, active = room.live,
    capacity = room.capacity, admittedPerMinute = last_minute, pollNearMs = 2000, pollFarMs = 20000,
    waitTimeKnown = false,
  }
  if c.message and c.message ~= '' then board.message = c.message end
  if room.opens_at then board.opensAt = room.opens_at end
  -- Also when the opening time is gone: those who came in the lobby need the seed for their score.
  if c.drawCommitment then board.draw = { commitment = c.drawCommitment, seed = room.opened and c.drawSeed or nil } end
  -- The first minute is not over: what was admitted so far stands for less than a minute.
  if room.open_ms < MINUTE_MS then board.admittedPerMinute = math.ceil(last_minute * MINUTE_MS / math.max(10000, room.open_ms)) end
  for _, lane in ipairs(room.lanes) do
    board.lanes[lane.name] = lane_on_board(room, lane)
    board.waitTimeKnown = board.waitTimeKnown or (board.phase == 'open' and board.lanes[lane.name].pace ~= nil)
  end
  return board
end

-- Points that cut the line behind the lobby into equal parts, as {score, how many up to there since the point before}: where people were
-- drawn, a number may hold any count of them. Nothing where every number is one visitor.
local function parts_of(lane, first, rest)
  local last, parts = lane.rounds[#lane.rounds], {}
  if not last or last[2] + 1 <= lane.called_to or rest <= 0 then return cjson.null end
  local before = 0
  for part = 0, LINE_PARTS do
    -- The first one alone says where the line begins.
    local upto = math.max(1, math.ceil(rest * part / LINE_PARTS))
    if upto > before then
      local score = redis.call('ZRANGE', lane.waiting, first + upto - 1, first + upto - 1, 'WITHSCORES')[2]
      parts[#parts + 1] = { score, upto - before }
      before = upto
    end
  end
  return parts
end

-- What the line is made of, so that a restore can count by arithmetic who has not come back.
local function line_of(room, lane)
  local there, _, behind = line_sizes(lane)
  local lobby = lane.called_to < lane.base + 1 and redis.call('ZCOUNT', lane.waiting, '-inf', '(' .. digits(lane.base + 1)) or 0
  if #lane.lost > 0 then lobby = 0 end
  return cjson.encode({ counter = lane.counter, from = lane.from, joined = lane.counter - lane.counter_before, lobby = lobby,
    rest = behind - lobby, parts = parts_of(lane, there + lobby, behind - lobby), lost = lost_text(lane.lost),
    random = room.random, rounds = rounds_text(lane.rounds) })
end

local function numbers_of(room, lane)
  return {
    counter = lane.counter, leasedTo = lane.leased_to, calledTo = digits(lane.called_to), nearTo = digits(lane.near_to),
    admittedTo = digits(lane.admitted_to), lateTo = lane.late_to, waiting = lane.waiting_count, ready = lane.ready_count,
    late = lane.late_count, show = lane.show, line = line_of(room, lane),
    round = #lane.rounds > 0 and lane.rounds[#lane.rounds][1] or 0,
  }
end

-- The tick as the worker takes it: short JSON, and admissions as text, which costs a tenth of JSON. `fact_count`: the first so many facts.
local function result_of(room, fact_count)
  local numbers = {}
  for _, lane in ipairs(room.lanes) do numbers[lane.name] = numbers_of(room, lane) end
  return {
    numbers = cjson.encode({ tick = room.period, previous = room.previous, at = room.now, configVersion = number_or(room.c.version, 0),
      opened = room.opened, liveUntil = room.until_ms, lanes = numbers }),
    board = cjson.encode(board_of(room)), admissions = room.admissions[2] and table.concat(room.admissions, '\n') or room.admissions[1] or '', fact_count = fact_count,
  }
end

-- Facts stay in their list until the commit cuts them off; new ones come behind them. The worker reads them there: on their way through Lua
-- each would become a string of its own.
local function reply_with(status, result)
  return { status, result.numbers, result.board, result.admissions, result.fact_count }
end

-- The result of a tick that somebody still has to commit, as write_state left it.
local function pending_result(s)
  return { numbers = s.pending or '', board = s.pendingShown or '', admissions = s.pendingAdmitted or '',
    fact_count = number_or(s.pendingFacts, 0) }
end

local function write_lane(fields, lane)
  local function keep(name, value)
    fields[#fields + 1] = name .. ':' .. lane.name
    fields[#fields + 1] = value
  end
  redis.call('DEL', lane.calls_key)
  for _, call in ipairs(lane.calls) do redis.call('RPUSH', lane.calls_key, call_text(call)) end
  keep('calledTo', digits(lane.called_to))
  keep('nearTo', digits(lane.near_to))
  keep('admittedTo', digits(lane.admitted_to))
  keep('lateTo', digits(lane.late_to))
  keep('show', digits(lane.show))
  keep('turn', digits(lane.turn))
  keep('lateCredit', digits(lane.late_credit))
  keep('lost', lost_text(lane.lost))
  keep('rounds', rounds_text(lane.rounds))
  keep('served', served_text(lane.served))
  keep('counterBefore', digits(lane.counter))
  keep('near', #lane.near > 0 and cjson.encode(lane.near) or '[]')
end

-- `result`: kept until the tick is committed, so that any worker can finish it.
local function write_state(room, result)
  local fields = { 'tick', room.period, 'at', digits(room.now), 'openMs', digits(room.open_ms), 'opened', room.opened and '1' or '0',
    'judgedTo', digits(room.judged_to), 'pace', digits(room.pace), 'freed', 0, 'turnover', digits(room.turnover),
    'pending', result.numbers, 'pendingShown', result.board, 'pendingAdmitted', result.admissions, 'pendingFacts', result.fact_count,
    'pendingSince', digits(room.now) }
  for _, lane in ipairs(room.lanes) do write_lane(fields, lane) end
  redis.call('HSET', state_key, unpack(fields))
end
