--- @include "now"
--- @include "law"
--- @include "numbers"
--- @include "calls"
--- @include "line"
--- @include "unclaimed"
--- @include "answers"
--- @include "seen"
--- Purpose: what the personal scripts share: one ticket's state and what it changes.
--- KEYS: 1 config, 2 state, 3 live, 4 spent, 5 facts, 6 waiting, 7 ready, 8 ready-seen, 9 late, 10 calls, 11 answers, 12 access:<id>
local RECOVERING = redis.error_reply('ONSALE room_recovering')
local config_key, state_key, live_key, spent_key, facts_key = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local waiting_key, ready_key, seen_key, late_key, calls_key, answers_key = KEYS[6], KEYS[7], KEYS[8], KEYS[9], KEYS[10], KEYS[11]

-- The room and the lane as this script found them; nil when Redis lost the room's state.
local function read_room(lane, now)
  local s = redis.call('HMGET', state_key, 'epoch', 'opened', 'committed', 'openMs', 'at',
    'calledTo:' .. lane, 'admittedTo:' .. lane, 'counter:' .. lane, 'leasedTo:' .. lane, 'base:' .. lane, 'lost:' .. lane)
  if not s[1] then return nil end
  local c = redis.call('HMGET', config_key, 'opensAtMs', 'paused', 'sessionDurationSeconds', 'queueingMethod', 'lobbyOpensAtMs',
    'closesAtMs', 'closed')
  local opens_at, shut = tonumber(c[1] or ''), is_closed(c[7], c[6], now)
  return {
    lane = lane, now = now, at = number_or(s[5], now), epoch = s[1], committed = number_or(s[3], 0), opened = s[2],
    clock = open_clock(number_or(s[4], 0), number_or(s[5], now), s[2], c[2] == '1' or shut, now),
    called_to = number_or(s[6], 0), admitted_to = number_or(s[7], 0),
    counter = tonumber(s[8] or ''), leased_to = number_or(s[9], 0), base = number_or(s[10], 0),
    -- A room that has opened stays open, whatever is set later: a second lobby would put newcomers before everyone.
    lobby = s[2] ~= '1' and opens_at ~= nil and now < opens_at,
    session_ms = number_or(c[3], 600) * 1000, method = c[4],
    lobby_opens_at = tonumber(c[5] or ''), shut = shut,
    waiting = waiting_key, lost = (s[11] or '[]') == '[]' and {} or read_lost(s[11]),
  }
end

-- The reply of all personal scripts: state, score, ahead, againMs, lateAtMs, untilMs, epoch, now.
local function place(room, state, score, more)
  more = more or {}
  return { state, score and digits(score) or '', more.ahead or '', more.again and digits(math.floor(more.again)) or '',
    more.late_at and digits(more.late_at) or '', more.until_ms and digits(more.until_ms) or '', room.epoch, digits(room.now) }
end

-- An access key's value is "<until ms> session" once claimed, "<until ms> key <tick>" before.
local function read_access(access_key)
  local value = redis.call('GET', access_key)
  if not value then return nil end
  local until_ms, kind, tick = string.match(value, '^(%d+) (%a+) ?(%d*)$')
  return { until_ms = tonumber(until_ms), session = kind == 'session', tick = tonumber(tick) }
end

local function read_answers(id) return parse_answers(redis.call('HGET', answers_key, id)) end

-- Where a ticket stands when it has no live key and is not spent. Changes nothing.
local function standing(room, id, score)
  if room.lobby then return place(room, 'lobby', score) end
  if redis.call('ZSCORE', ready_key, id) then
    return place(room, 'ready', score, { ahead = redis.call('ZRANK', ready_key, id) })
  end
  local late_at = redis.call('ZSCORE', late_key, id)
  if late_at then return place(room, 'late', score, { late_at = tonumber(late_at), ahead = redis.call('ZRANK', late_key, id) }) end
  if score <= room.called_to then return place(room, 'called', score, { ahead = redis.call('ZCOUNT', ready_key, '-inf', '(' .. digits(score)) }) end
  local rank = #room.lost == 0 and redis.call('ZRANK', waiting_key, id) or count_before(room, score)
  return place(room, 'waiting', score, { ahead = rank + redis.call('ZCARD', ready_key) })
end

-- The place of a ticket that is spent or holds a key; nil when it has neither.
local function settled(room, id, score, access)
  -- Whatever its end says: a window that can't be used yet begins anew with the commit (includes/tick-renew.lua).
  if access and not access.session and access.tick > room.committed then return place(room, 'ready', score, { again = TICK_MS }) end
  if access and access.until_ms > room.now then
    if access.session then return place(room, 'active', score, { until_ms = access.until_ms }) end
    return place(room, 'admitted', score, { until_ms = access.until_ms })
  end
  if redis.call('ZSCORE', spent_key, id) then return place(room, 'spent', score) end
  -- The key ran out this very second: the next tick moves the ticket out of line, then its answer makes it late.
  if access and not access.session then return place(room, 'called', score, { again = TICK_MS }) end
  return nil
end

local function claim(room, id, score, access_key, exp_ms, window_end)
  local until_ms = room.now + room.session_ms
  forget_unclaimed(state_key, live_key, digits(window_end), id)
  redis.call('SET', access_key, digits(until_ms) .. ' session', 'PX', room.session_ms + KEY_TIDY_MS)
  redis.call('ZADD', live_key, until_ms, id)
  redis.call('ZADD', spent_key, exp_ms, id)
  redis.call('HDEL', answers_key, id)
  redis.call('RPUSH', facts_key, table.concat({ 'claimed', id, digits(room.now), digits(until_ms), exp_ms }, ' '))
  return place(room, 'active', score, { until_ms = until_ms })
end

-- Counts the first answer of a ticket in the call that covers it, while that call's window is open.
local function count_answer(room, answers, score)
  if answers.counted then return end
  for index, text in ipairs(redis.call('LRANGE', calls_key, 0, -1)) do
    local call = parse_call(text)
    if score > call.from and score <= call.to then
      if call_is_open(call, room.clock) then
        answers.counted = true
        call.answered = call.answered + 1
        redis.call('LSET', calls_key, index - 1, call_text(call))
      end
      return
    end
  end
end

-- A ticket without a score is a lobby visitor's whose draw its server does not know yet. In the lobby that is no matter; later
-- it would stand at the very front, so it is refused.
local function score_of(room, text)
  return tonumber(text) or (room.lobby and room.base) or nil
end

-- WAITING-ROOM §1: first answer, repeated answer and claim are one question.
local function answer(room, id, score, exp_ms, claims, access_key)
  local access = read_access(access_key)
  if claims and access and not access.session and access.until_ms > room.now and access.tick <= room.committed then
    return claim(room, id, score, access_key, exp_ms, access.until_ms)
  end
  local known = settled(room, id, score, access)
  if known then return known end
  if room.lobby or (score > room.called_to and room.method ~= 'passthrough') then return standing(room, id, score) end
  local answers = read_answers(id)
  count_answer(room, answers, score)
  answers.since = answers.since or room.now
  -- Lobby scores may tie: who stands in the ready line was not passed by the other one of the same score.
  local passed = score <= room.admitted_to and not redis.call('ZSCORE', ready_key, id)
  if passed and answers.late_strikes ~= answers.strikes then
    answers.late_strikes, answers.late_since = answers.strikes, room.now
  end
  local again = math.min(ANSWER_MAX_MS, math.max(ANSWER_MIN_MS, (room.now - answers.since) / 2))
  -- Where Redis's clock has gone back, what a tick has judged already does not come again.
  expect_answer(seen_key, id, answers, math.floor(math.max(room.at, room.now + again + GRACE_MS) / 1000))
  redis.call('HSET', answers_key, id, answers_text(answers))
  if passed then
    redis.call('ZADD', late_key, answers.late_since, id)
    return place(room, 'late', score, { again = again, late_at = answers.late_since, ahead = redis.call('ZRANK', late_key, id) })
  end
  redis.call('ZREM', waiting_key, id)
  redis.call('ZADD', ready_key, score, id)
  return place(room, 'ready', score, { again = again, ahead = redis.call('ZRANK', ready_key, id) })
end
