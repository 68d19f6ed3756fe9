--- @include "ticket"
--- @include "limit"
--- @include "identity"
--- @include "rounds"
--- Purpose: take a place in a lane, or find the place a ticket has. Never an answer to a call. The ticket id makes it idempotent.
--- KEYS: as in includes/ticket.lua; then, where there are such: a limiter, the identity's key (includes/identity.lua)
--- ARGV: 1 ticket id, 2 lane, 3 score of a known ticket or '', 4 ticket's end (ms), 5 draw in [0,1) for a lobby visitor or '',
--- 6 joins that the limiter allows in a window or '', 7 window (ms) or '', 8 'new' or 'known' (the ticket) when the last key is its
--- identity's, or '', 9 for a known ticket the minute of its round, for a new one the minute of the first draw of a round, or '';
--- 10, 11, 12 draws in [0,1) for that minute and the next two
--- Returns: a place (includes/ticket.lua), and ninth the round's minute of who joined a round, '' for others; tenth the ticket's end (ms)
---   where a new ticket's id has joined before with its identity (ADR 7); `spent` then, when its place can't be given again. Errors:
---   room_recovering, lane_unknown, room_closed, room_rejecting, rate_limited <ms>, identity_in_line (a new ticket, whose identity has
---   another one).
--- Cost: O(log waiting).
local id, lane, known_score, exp_ms, draw = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local identity_key = ARGV[8] ~= '' and KEYS[#KEYS] or nil
local room = read_room(lane, now_ms())
if not room then return RECOVERING end
if not room.counter then return redis.error_reply('ONSALE lane_unknown') end
-- Judged before anything changes, and in the same step: a refused join leaves nothing behind.
local refusal = limit_refusal(KEYS[13], ARGV[6], ARGV[7], room.now)
if refusal then return refusal end
local minute = tonumber(ARGV[9] or '')
local rounds_field = 'rounds:' .. lane
local r = redis.call('HMGET', state_key, rounds_field, 'tick')
local rounds = read_rounds(r[1])

-- A place with the minute of its round; nothing where the score is no draw of a round.
local function standing_in_round(score)
  local reply = standing(room, id, score)
  for _, round in ipairs(rounds) do if round[2] == math.floor(score) then reply[9] = round[1] end end
  return reply
end

local function note_round(of, base)
  if not keep_round(rounds, of, base) then return end
  redis.call('HSET', state_key, rounds_field, rounds_text(rounds))
end

-- The base of the round that is open now, begun with the next number when there is none. A number given out since, or a call that reached
-- it, ends a round early: nobody may come to stand before them.
local function open_round(of)
  local last = rounds[#rounds]
  if last and last[1] == of and last[2] == room.counter and last[2] > room.called_to then return last[2] end
  local base = redis.call('HINCRBY', state_key, 'counter:' .. lane, 1)
  note_round(of, base)
  return base
end

local before = identity_key and ARGV[8] == 'new' and joined_before(identity_key, id)
local function told(reply)
  reply[9] = reply[9] or ''
  if before then reply[10] = digits(before.end_ms) end
  return reply
end

local score = known_score or before and before.score or tonumber(redis.call('ZSCORE', waiting_key, id) or '')
if score then
  if identity_key and not keeps_identity(room, identity_key, id, score, exp_ms, KEYS[12]) then return place(room, 'spent', score) end
  local known = settled(room, id, score, read_access(KEYS[12]))
  if known then return told(known) end
  -- After Redis lost its index a waiting ticket adds itself again, with the score it carries.
  if score > room.called_to then
    redis.call('ZADD', waiting_key, 'NX', digits(score), id)
    -- A copy of Redis that is younger than a tick passes for whole, but its counter may lag behind numbers that are out, and a round
    -- that is open may be missing.
    local number = math.floor(score)
    if number > room.counter and number <= room.leased_to then redis.call('HSET', state_key, 'counter:' .. lane, digits(number)) end
    if known_score and minute and not round_is_over({ minute }, room.now, ROUND_KNOWN_MS) then note_round(minute, number) end
  end
  return told(standing_in_round(score))
end

-- It was in line, but nobody remembers where: whoever has the ticket knows.
if before then return told(place(room, 'spent')) end
if room.method == 'reject' then return redis.error_reply('ONSALE room_rejecting') end
if room.shut or (room.lobby and room.lobby_opens_at and room.now < room.lobby_opens_at) then
  return redis.error_reply('ONSALE room_closed')
end
-- Never a place without its draw: a lobby visitor would stand at the very front, and of a round the edge may not know yet, or its clock be
-- minutes away.
local draws_round, now_minute = room.method == 'random' and not room.lobby, round_minute(room.now, number_or(r[2], 0))
if draws_round then
  local offset = minute and now_minute - minute or -1
  draw = offset >= 0 and offset <= 2 and tonumber(ARGV[10 + offset] or '') or nil
end
if (room.lobby or draws_round) and not draw then return RECOVERING end
-- The counter runs only inside the block that Postgres leased (WAITING-ROOM §2).
if not room.lobby and room.counter >= room.leased_to then return RECOVERING end
-- Last of all that may refuse: an identity is taken only with a place.
if identity_key and ARGV[8] == 'known' then
  -- A ticket that knows no score yet and comes back after a loss.
  if not keeps_identity(room, identity_key, id, nil, exp_ms, KEYS[12]) then return place(room, 'spent') end
elseif identity_key and taken_by_other(room, identity_key, id, KEYS[12]) then
  return redis.error_reply('ONSALE identity_in_line')
end
if room.lobby then
  score = room.base + draw
elseif draws_round then
  score = open_round(now_minute) + draw
else
  score = redis.call('HINCRBY', state_key, 'counter:' .. lane, 1)
end
redis.call('ZADD', waiting_key, digits(score), id)
if identity_key and ARGV[8] == 'new' then take_identity(room, identity_key, id, exp_ms, score) end
return told(standing_in_round(score))
