--- @include "now"
--- @include "numbers"
--- @include "law"
--- @include "rounds"
--- Purpose: the last step of a restore: settings, lanes and the last minute's admissions, and with them the epoch, from which on the room
---   counts again. Who waits keeps the place by score; the steps before brought sessions and spent tickets.
--- KEYS: 1 config, 2 state, 3 ring, then per lane: calls
--- ARGV: 1 epoch, 2 JSON {tick, opened, config: {field: text}, lanes: [{name, counter, leasedTo, base, calledTo, nearTo,
---   admittedTo, lateTo, show, lost: JSON as in includes/line.lua, rounds: JSON as in includes/rounds.lua, unseenFrom}], admitted: [[atMs,
---   how many]] of the last minute}
--- Returns: 1 restored, 0 when this epoch is not being restored.
--- Cost: O(lanes + ticks of a minute).
local state_key = KEYS[2]
if redis.call('HGET', state_key, 'restoring') ~= ARGV[1] then return 0 end
local facts = cjson.decode(ARGV[2])
local now = now_ms()

for field, value in pairs(facts.config) do redis.call('HSET', KEYS[1], field, value) end

local state = { 'epoch', ARGV[1], 'tick', digits(facts.tick), 'committed', digits(facts.tick), 'at', digits(now), 'openMs', MINUTE_MS,
  'opened', facts.opened and '1' or '0' }
local function keep(name, lane, value)
  state[#state + 1] = name .. ':' .. lane.name
  state[#state + 1] = value
end
for index, lane in ipairs(facts.lanes) do
  keep('counter', lane, digits(lane.counter))
  keep('counterBefore', lane, digits(lane.counter))
  keep('from', lane, digits(lane.counter))
  keep('lost', lane, lane.lost or '[]')
  -- Rounds that nobody wrote down have begun no later than now: none of them may be called before this minute is over.
  local rounds = read_rounds(lane.rounds)
  if lane.unseenFrom then keep_round(rounds, round_minute(now, facts.tick), lane.unseenFrom) end
  keep('rounds', lane, rounds_text(rounds))
  -- Who was called before the loss gets a whole window again: nobody behind them enters first.
  if tonumber(lane.calledTo) > tonumber(lane.admittedTo) then
    redis.call('RPUSH', KEYS[3 + index], lane.admittedTo .. ' ' .. lane.calledTo .. ' ' .. RESTORED_CALL .. ' 0 -')
  end
  keep('leasedTo', lane, digits(lane.leasedTo))
  keep('base', lane, digits(lane.base))
  keep('calledTo', lane, lane.calledTo)
  keep('nearTo', lane, lane.nearTo)
  keep('admittedTo', lane, lane.admittedTo)
  keep('lateTo', lane, digits(lane.lateTo))
  keep('show', lane, digits(lane.show))
  -- The board showed this nearTo before the loss, so everyone knows it.
  if tonumber(lane.nearTo) > 0 then keep('near', lane, '[["' .. lane.nearTo .. '",0,0]]') end
end
redis.call('HDEL', state_key, 'restoring', 'restoringAt')
redis.call('HSET', state_key, unpack(state))
for _, entry in ipairs(facts.admitted) do redis.call('RPUSH', KEYS[3], digits(entry[1]) .. ' ' .. entry[2]) end
return 1
