--- @include "ticket"
--- @include "limit"
--- @include "identity"
--- Purpose: take a place in a lane, or find the place a ticket has. Never an answer to a call. The ticket id makes it idempotent.
--- KEYS: as in includes/ticket.lua; then, where there are such: the client's limiter (a new ticket), the identity's key (includes/identity.lua)
--- ARGV: 1 ticket id, 2 lane, 3 score of a known ticket or '', 4 ticket's end (ms), 5 draw in [0,1) for a lobby visitor or '',
--- 6 joins a client may make in a window or '', 7 window (ms) or '', 8 '1' when the last key is an identity's
--- Returns: a place (includes/ticket.lua). Errors: room_recovering, lane_unknown, room_closed, room_rejecting, rate_limited <ms>,
---   identity_in_line (a new ticket, whose identity has another one).
--- Cost: O(log waiting).
local id, lane, known_score, exp_ms, draw = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local identity_key = ARGV[8] == '1' and KEYS[#KEYS] or nil
local room = read_room(lane, now_ms())
if not room then return RECOVERING end
if not room.counter then return redis.error_reply('ONSALE lane_unknown') end

local score = known_score or tonumber(redis.call('ZSCORE', waiting_key, id) or '')
if score then
  if identity_key and not keeps_identity(room, identity_key, id, score, exp_ms, KEYS[12]) then return place(room, 'spent', score) end
  local known = settled(room, id, score, read_access(KEYS[12]))
  if known then return known end
  -- After Redis lost its index a waiting ticket adds itself again, with the score it carries.
  if score > room.called_to then
    redis.call('ZADD', waiting_key, 'NX', digits(score), id)
    -- A copy of Redis that is younger than a tick passes for whole, but its counter may lag behind numbers that are out.
    if score % 1 == 0 and score > (room.counter or 0) and score <= room.leased_to then
      redis.call('HSET', state_key, 'counter:' .. lane, digits(score))
    end
  end
  return standing(room, id, score)
end

-- Judged before the counter moves, and in the same step: a refused join leaves nothing behind.
if ARGV[6] ~= '' then
  local wait = take_limit(KEYS[13], tonumber(ARGV[6]), tonumber(ARGV[7]), room.now)
  if wait > 0 then return redis.error_reply('ONSALE rate_limited ' .. digits(wait)) end
end
if room.method == 'reject' then return redis.error_reply('ONSALE room_rejecting') end
if room.shut or (room.lobby and room.lobby_opens_at and room.now < room.lobby_opens_at) then
  return redis.error_reply('ONSALE room_closed')
end
-- A lobby visitor without a draw would stand at the very front.
if room.lobby and not draw then return RECOVERING end
-- The counter runs only inside the block that Postgres leased (WAITING-ROOM §2).
if not room.lobby and room.counter >= room.leased_to then return RECOVERING end
-- Last of all: an identity is taken only with a place.
if identity_key and ARGV[6] == '' then
  -- A ticket that knows no score yet and comes back after a loss.
  if not keeps_identity(room, identity_key, id, nil, exp_ms, KEYS[12]) then return place(room, 'spent') end
elseif identity_key then
  if taken_by_other(room, identity_key, id, KEYS[12]) then return redis.error_reply('ONSALE identity_in_line') end
  take_identity(room, identity_key, id, exp_ms)
end
if room.lobby then
  score = room.base + draw
else
  score = redis.call('HINCRBY', state_key, 'counter:' .. lane, 1)
end
redis.call('ZADD', waiting_key, digits(score), id)
return standing(room, id, score)
