--- @include "now"
--- @include "law"
--- @include "numbers"
--- @include "calls"
--- @include "line"
--- Purpose: one tick of a room (WAITING-ROOM §3): expire, allow, admit in batches by access keys, call, make the board. Nothing of it
---   counts until commit-tick: keys are not claimable, the board is not out, the windows of new calls have not begun.
--- KEYS: 1 config, 2 state, 3 live, 4 spent, 5 facts, 6 ring, then per lane: waiting, ready, ready-seen, late, answers, calls.
---   Access keys are named from ARGV[2]: they carry the same hash tag, so they live in the same slot.
--- ARGV: 1 epoch, 2 access key prefix, 3 room, 4 last tick that Postgres has, then the lanes' names in the order of their keys
--- Returns: {'lost'} for another epoch's or an older state than Postgres has, {'skipped', periods ahead of Redis time} for a period already done, {'ticked', result} or {'pending', result}
---   for a tick that somebody still has to commit; result is JSON: tick, at, opened, admitted, facts, board, lanes.
--- Cost: O(admitted × log + expired × log + 64 marks per lane).
local config_key, state_key, live_key, spent_key, facts_key, ring_key = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local MAX_EXPIRED, MAX_FACTS = 5000, 5000 -- a tick's work is bounded; the rest waits a second
local MAX_ADMITTED = 5000

local function hash(key)
  local flat, fields = redis.call('HGETALL', key), {}
  for i = 1, #flat, 2 do fields[flat[i]] = flat[i + 1] end
  return fields
end

-- 1. Refuse a stranger's epoch and an uncommitted past; skip a period already done.
local s = hash(state_key)
if not s.epoch or s.epoch ~= ARGV[1] then return { 'lost' } end
local last_tick = number_or(s.tick, 0)
-- Postgres writes a tick only after Redis had it: an older tick here is an older snapshot.
if last_tick < tonumber(ARGV[4]) then return { 'lost' } end
if number_or(s.committed, 0) < last_tick then return { 'pending', s.pending or '' } end
local now = now_ms()
local period = math.floor(now / TICK_MS)
if period <= last_tick then return { 'skipped', last_tick - period } end

local c = hash(config_key)
local capacity, rate = number_or(c.totalActiveUsers, 0), number_or(c.newUsersPerMinute, 0)
local paused = c.paused == '1'
local opens_at, closed = tonumber(c.opensAtMs or ''), is_closed(c.closed, c.closesAtMs, now)
local before = number_or(s.at, now)
local elapsed = math.max(1, now - before)
local open_ms = open_clock(number_or(s.openMs, 0), before, s.opened, paused or closed, now)
local opened = s.opened == '1'
local opening = not opened and (opens_at == nil or now >= opens_at)
opened = opened or opening
local running = opened and not paused and not closed
local sold_out, passthrough = c.soldOut == '1', c.queueingMethod == 'passthrough'

local lanes = {}
for index = 5, #ARGV do
  local name, at = ARGV[index], 6 + (index - 5) * 6
  local function field(key, fallback) return number_or(s[key .. ':' .. name], fallback) end
  lanes[#lanes + 1] = {
    name = name, weight = 1, waiting = KEYS[at + 1], ready = KEYS[at + 2], seen = KEYS[at + 3], late = KEYS[at + 4],
    answers = KEYS[at + 5], calls_key = KEYS[at + 6],
    counter = field('counter', 1), base = field('base', 1), called_to = field('calledTo', 0), near_to = field('nearTo', 0),
    admitted_to = field('admittedTo', 0), late_to = field('lateTo', 0), show = field('show', SHOW_START),
    turn = field('turn', 0), late_credit = field('lateCredit', 0), near = cjson.decode(s['near:' .. name] or '[]'), calls = {},
    lost = read_lost(s['lost:' .. name]), from = field('from', 1), counter_before = field('counterBefore', 1),
  }
end
for _, wanted in ipairs(cjson.decode(c.lanes or '[]')) do
  for _, lane in ipairs(lanes) do if lane.name == wanted.name then lane.weight = wanted.weight end end
end

-- 2. Expire unclaimed keys and sessions; skip the silent until they answer again.
local freed = number_or(s.freed, 0)
local function note(what, id, exp_ms)
  redis.call('RPUSH', facts_key, table.concat({ what, id, digits(now), digits(now), exp_ms or '0' }, ' '))
end
local function strike(id)
  -- The ticket's lane is not in the key: its answers are in exactly one lane's hash.
  for _, lane in ipairs(lanes) do
    local text = redis.call('HGET', lane.answers, id)
    if text then
      local since, late_since, strikes, late_strikes, counted = string.match(text, '^(%S+) (%S+) (%S+) (%S+) (%S+)$')
      strikes = tonumber(strikes) + 1
      if strikes > 1 then
        redis.call('HDEL', lane.answers, id)
        return strikes
      end
      redis.call('ZADD', lane.seen, digits(now + REMEMBER_SILENT_MS), id)
      redis.call('HSET', lane.answers, id, table.concat({ since, late_since, strikes, late_strikes, counted }, ' '))
      return strikes
    end
  end
  return 1
end
local day_ms = 24 * 3600 * 1000
for _, id in ipairs(redis.call('ZRANGEBYSCORE', live_key, '-inf', now, 'LIMIT', 0, MAX_EXPIRED)) do
  local access_key = ARGV[2] .. id
  local value = redis.call('GET', access_key)
  redis.call('ZREM', live_key, id)
  redis.call('DEL', access_key)
  freed = freed + 1
  -- After a long silence of all workers the value may be tidied away; who claimed is spent, who did not is not.
  local claimed = value and string.find(value, ' session', 1, true) or not value and redis.call('ZSCORE', spent_key, id)
  if not claimed then
    local exp_ms = now + day_ms
    if strike(id) > 1 then
      redis.call('ZADD', spent_key, exp_ms, id)
      note('spent', id, exp_ms)
    else
      note('unclaimed', id)
    end
  else
    note('expired', id)
  end
end
for _, lane in ipairs(lanes) do
  local silent = redis.call('ZRANGEBYSCORE', lane.seen, '-inf', '(' .. digits(now), 'LIMIT', 0, MAX_EXPIRED)
  for _, id in ipairs(silent) do
    local stood = redis.call('ZREM', lane.ready, id) + redis.call('ZREM', lane.late, id) > 0
    redis.call('ZREM', lane.seen, id)
    -- Its late time and strikes are remembered for a while; who has none, or is silent longer, is forgotten and starts anew.
    if stood and not string.find(redis.call('HGET', lane.answers, id) or '- 0 ', '^%S+ %- 0 ') then
      redis.call('ZADD', lane.seen, digits(now + REMEMBER_SILENT_MS), id)
    elseif not running or (stood and redis.call('LLEN', lane.calls_key) > 0) then
      -- Its call may still be open, and a ticket counts once as an answer to it.
      redis.call('ZADD', lane.seen, digits(now + FORGET_SILENT_MS), id)
    else
      redis.call('HDEL', lane.answers, id)
    end
  end
end
redis.call('ZREMRANGEBYSCORE', spent_key, '-inf', now)
local turnover = number_or(s.turnover, 0)
turnover = turnover + (freed / elapsed - turnover) * (1 - math.exp(-elapsed / TURNOVER_MEMORY_MS))

-- 3. Allowance, in whole people: pace, the rolling minute, the slots.
local last_minute = 0
for _, text in ipairs(redis.call('LRANGE', ring_key, 0, -1)) do
  local at, count = string.match(text, '^(%S+) (%S+)$')
  if tonumber(at) > now - MINUTE_MS then last_minute = last_minute + tonumber(count) else redis.call('LPOP', ring_key) end
end
local live = redis.call('ZCARD', live_key)
local pace = number_or(s.pace, 0)
if running then pace = math.min(pace, math.max(MINUTE_MS, rate * TICK_MS)) + rate * math.min(elapsed, MAX_ELAPSED_MS) end
local allowance = 0
if running then allowance = math.max(0, math.min(math.floor(pace / MINUTE_MS), rate - last_minute, capacity - live, MAX_ADMITTED)) end
if running and passthrough then allowance = MAX_ADMITTED end

-- 4. and 5. Close calls and learn from them; then admit, lanes taking turns by weight.
local present, weights = {}, 0
for _, lane in ipairs(lanes) do
  for _, text in ipairs(redis.call('LRANGE', lane.calls_key, 0, -1)) do
    local call = parse_call(text)
    if call_is_open(call, open_ms) then
      lane.calls[#lane.calls + 1] = call
    elseif call.count > 0 and call.count < RESTORED_CALL then
      lane.show = lane.show + (call.answered / call.count - lane.show) * (call.count / (call.count + SHOW_MEMORY))
    end
  end
  lane.ready_count, lane.late_count = redis.call('ZCARD', lane.ready), redis.call('ZCARD', lane.late)
  -- Nobody beyond the start of the oldest open call: who answers in time is never overtaken.
  if passthrough then lane.calls = {} end
  local gate = lane.calls[1] and digits(lane.calls[1].from) or '+inf'
  lane.punctual, lane.behind, lane.next_punctual, lane.next_behind = {}, {}, 1, 1
  lane.gone_ready, lane.gone_late = {}, {}
  if allowance > 0 then
    lane.punctual = redis.call('ZRANGEBYSCORE', lane.ready, '-inf', gate, 'WITHSCORES', 'LIMIT', 0, allowance)
    lane.behind = redis.call('ZRANGE', lane.late, 0, allowance - 1, 'WITHSCORES')
  end
  if lane.ready_count > 0 or lane.late_count > 0 then
    present[#present + 1] = lane
    weights = weights + lane.weight
  end
end
for _, lane in ipairs(present) do
  lane.late_credit = math.min(lane.late_credit, 1) + LATE_SHARE * allowance * lane.weight / weights
end
local admitted = {}
local until_ms = now + number_or(c.claimWindowSeconds, 120) * 1000
local function has_punctual(lane) return lane.next_punctual <= #lane.punctual end
local function has_behind(lane) return lane.next_behind <= #lane.behind end
local function take(lane)
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
  admitted[#admitted + 1] = { id = id, lane = lane.name, score = score, late = late }
end
while #admitted < allowance do
  local able, able_weight, chosen = {}, 0, nil
  for _, lane in ipairs(present) do
    if has_punctual(lane) or (has_behind(lane) and (lane.ready_count == 0 or lane.late_credit >= 1)) then
      able[#able + 1] = lane
      able_weight = able_weight + lane.weight
    end
  end
  if #able == 0 then break end
  for _, lane in ipairs(able) do
    lane.turn = lane.turn + lane.weight
    if not chosen or lane.turn > chosen.turn then chosen = lane end
  end
  chosen.turn = chosen.turn - able_weight
  take(chosen)
end
-- 6. The access keys, not claimable before the tick is committed; who got one stands in no line any more.
local function in_chunks(list, use)
  for from = 1, #list, 1000 do use(from, math.min(#list, from + 999)) end
end
local key_value, key_ttl = digits(until_ms) .. ' key ' .. digits(period), digits(until_ms - now + KEY_TIDY_MS)
local live_entries = {}
for index, admission in ipairs(admitted) do
  redis.call('SET', ARGV[2] .. admission.id, key_value, 'PX', key_ttl)
  live_entries[2 * index - 1], live_entries[2 * index] = digits(until_ms), admission.id
end
in_chunks(live_entries, function(from, to) redis.call('ZADD', live_key, unpack(live_entries, from, to)) end)
for _, lane in ipairs(lanes) do
  in_chunks(lane.gone_ready, function(from, to)
    redis.call('ZREM', lane.ready, unpack(lane.gone_ready, from, to))
    redis.call('ZREM', lane.seen, unpack(lane.gone_ready, from, to))
  end)
  in_chunks(lane.gone_late, function(from, to)
    redis.call('ZREM', lane.late, unpack(lane.gone_late, from, to))
    redis.call('ZREM', lane.seen, unpack(lane.gone_late, from, to))
  end)
end
pace = math.max(0, pace - #admitted * MINUTE_MS)
live = live + #admitted
if #admitted > 0 then redis.call('RPUSH', ring_key, digits(now) .. ' ' .. #admitted) end

-- 7. Call: ready + expected answers cover what can be admitted within the lookahead, up to a nearTo that everyone knows.
local supply = math.max(0, math.min(rate * LOOKAHEAD_MS / MINUTE_MS, capacity - live + turnover * LOOKAHEAD_MS))
local line_weight = 0
for _, lane in ipairs(lanes) do
  lane.waiting_count = count_waiting(lane)
  lane.in_line = lane.waiting_count > 0 or lane.ready_count > 0 or #lane.calls > 0
  if lane.in_line then line_weight = line_weight + lane.weight end
end
local function call_more(lane, share, show)
  local expected, known = 0, nil
  for _, call in ipairs(lane.calls) do expected = expected + math.max(0, call.count * show - call.answered) end
  for _, near in ipairs(lane.near) do if near[3] >= 0 and near[3] <= now then known = tonumber(near[1]) end end
  local missing = math.max(1, share) - lane.ready_count - expected
  if missing <= 0 or known == nil or #lane.calls >= MAX_CALLS then return end
  local wanted = math.max(MIN_CALL, math.ceil(missing / show))
  if #lane.lost == 0 then wanted = math.min(wanted, redis.call('ZCOUNT', lane.waiting, '-inf', digits(known))) end
  local to = wanted > 0 and score_at(lane, wanted)
  if not to then return end
  if #lane.lost > 0 then to = math.min(to, known) end
  -- A call never falls behind the one before it.
  if to <= lane.called_to then return end
  -- All of one score go together; ties are rare and a call must have a clean end.
  -- Where tickets are missing from the index nobody knows when all have answered: such a call runs its whole window.
  local unsure = #lane.lost > 0
  local count = take_up_to(lane, to)
  lane.calls[#lane.calls + 1] = { from = lane.called_to, to = to, count = unsure and RESTORED_CALL or count, answered = 0 }
  lane.waiting_count = count_waiting(lane)
  lane.called_to = to
end
-- Everyone is called at once, without a window: nobody is behind anybody.
local function call_all(lane)
  local to = math.max(lane.called_to, lane.counter)
  take_up_to(lane, to)
  lane.lost = {}
  lane.called_to, lane.waiting_count = to, count_waiting(lane)
end
local function reach_near(lane, share, show)
  local reach = math.max(NEAR_MIN, math.ceil(share / LOOKAHEAD_MS * NEAR_AHEAD_MS / show))
  local near_to = lane.counter + reach - lane.waiting_count
  if lane.waiting_count >= reach then near_to = score_at(lane, reach) end
  if near_to > lane.near_to then
    lane.near_to = near_to
    lane.near[#lane.near + 1] = { digits(near_to), opening and OPEN_KNOWN_MS or NEAR_KNOWN_MS, -1 }
  end
  while #lane.near > 1 and lane.near[2][3] >= 0 and lane.near[2][3] <= now do table.remove(lane.near, 1) end
end
for _, lane in ipairs(lanes) do
  local share = lane.in_line and supply * lane.weight / line_weight or supply
  if running then
    local show = math.max(SHOW_FLOOR, lane.show)
    if passthrough then call_all(lane) elseif not sold_out then call_more(lane, share, show) end
    reach_near(lane, share, show)
  end
end

-- 8. The board, what Postgres needs, and the next tick's state.
local phase = closed and 'closed' or (not opened and 'lobby') or (paused and 'paused') or (sold_out and 'sold_out') or 'open'
local board = {
  room = ARGV[3], epoch = tonumber(ARGV[1]), tick = period, at = now, phase = phase, lanes = {}, active = live, capacity = capacity,
  admittedPerMinute = last_minute + #admitted, waitTimeKnown = running and last_minute + #admitted > 0 and open_ms >= 15000,
  pollNearMs = 2000, pollFarMs = 20000,
}
if c.message and c.message ~= '' then board.message = c.message end
if opens_at then board.opensAt = opens_at end
-- Also when the opening time is gone: those who came in the lobby need the seed for their score.
if c.drawCommitment then board.draw = { commitment = c.drawCommitment, seed = opened and c.drawSeed or nil } end
-- The first minute is not over: what was admitted so far stands for less than a minute.
if open_ms < MINUTE_MS then board.admittedPerMinute = math.ceil((last_minute + #admitted) * MINUTE_MS / math.max(10000, open_ms)) end

local fields = { 'tick', period, 'at', digits(now), 'openMs', digits(open_ms), 'opened', opened and '1' or '0', 'pace', digits(pace),
  'freed', 0, 'turnover', digits(turnover) }
local numbers = {}
-- What the line is made of, so that a restore can count by arithmetic who has not come back.
local function line_of(lane)
  local there, _, behind = line_sizes(lane)
  local lobby = lane.called_to < lane.base + 1 and redis.call('ZCOUNT', lane.waiting, '-inf', '(' .. digits(lane.base + 1)) or 0
  if #lane.lost > 0 then lobby = 0 end
  return cjson.encode({ counter = lane.counter, from = lane.from, joined = lane.counter - lane.counter_before, lobby = lobby,
    rest = behind - lobby, lost = lost_text(lane.lost) })
end
local function keep(name, lane, value)
  fields[#fields + 1] = name .. ':' .. lane.name
  fields[#fields + 1] = value
end
for _, lane in ipairs(lanes) do
  redis.call('DEL', lane.calls_key)
  for _, call in ipairs(lane.calls) do redis.call('RPUSH', lane.calls_key, call_text(call)) end
  keep('calledTo', lane, digits(lane.called_to))
  keep('nearTo', lane, digits(lane.near_to))
  keep('admittedTo', lane, digits(lane.admitted_to))
  keep('lateTo', lane, digits(lane.late_to))
  keep('show', lane, digits(lane.show))
  keep('turn', lane, digits(lane.turn))
  keep('lateCredit', lane, digits(lane.late_credit))
  keep('lost', lane, lost_text(lane.lost))
  keep('counterBefore', lane, digits(lane.counter))
  keep('near', lane, #lane.near > 0 and cjson.encode(lane.near) or '[]')
  board.lanes[lane.name] = {
    base = digits(lane.base), calledTo = digits(lane.called_to), nearTo = digits(lane.near_to), admittedTo = digits(lane.admitted_to),
    lateTo = lane.late_to, waiting = lane.waiting_count, marks = marks_of(lane, opened, math.floor(60 / #lanes)),
  }
  numbers[lane.name] = {
    counter = lane.counter, leasedTo = number_or(s['leasedTo:' .. lane.name], 0), calledTo = digits(lane.called_to), nearTo = digits(lane.near_to),
    admittedTo = digits(lane.admitted_to), lateTo = lane.late_to, waiting = lane.waiting_count, ready = lane.ready_count, late = lane.late_count,
    show = lane.show, line = line_of(lane),
  }
end
local facts = redis.call('LRANGE', facts_key, 0, MAX_FACTS - 1)
local result = cjson.encode({
  tick = period, at = now, configVersion = number_or(c.version, 0), opened = opened, liveUntil = until_ms, board = cjson.encode(board), lanes = numbers,
  admitted = #admitted > 0 and admitted or cjson.null, facts = #facts > 0 and facts or cjson.null,
})
fields[#fields + 1] = 'pending'
fields[#fields + 1] = result
redis.call('HSET', state_key, unpack(fields))
return { 'ticked', result }
