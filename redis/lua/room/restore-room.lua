--- @include "now"
--- @include "numbers"
--- @include "law"
--- Purpose: put a room into Redis under a new epoch: at its first start, or after Redis lost or rolled back its state (WAITING-ROOM §5).
---   Who waits keeps the place by score; what Postgres knows of sessions and spent tickets counts, what Redis still had of them does not.
--- KEYS: 1 config, 2 state, 3 live, 4 spent, 5 facts, 6 ring, 7 board, then per lane: waiting, ready, ready-seen, late, answers, calls.
---   Access keys are named from ARGV[2]: they carry the same hash tag, so they live in the same slot.
--- ARGV: 1 epoch, 2 access key prefix, 3 JSON {tick, opened, config: {field: text}, lanes: [{name, counter, leasedTo, base, calledTo, nearTo,
---   admittedTo, lateTo, show, lost: JSON as in includes/line.lua}], live: [[id, untilMs, "session" | "key", lane, strikes]],
---   spent: [[id, expMs]], admitted: [[atMs, how many]] of the last minute}
--- Returns: 1 restored, 0 when this epoch or a later one stands already.
--- Cost: O(live + spent) log.
local state_key, live_key, spent_key = KEYS[2], KEYS[3], KEYS[4]
local epoch = tonumber(ARGV[1])
if number_or(redis.call('HGET', state_key, 'epoch'), -1) >= epoch then return 0 end
local facts = cjson.decode(ARGV[3])
local now = now_ms()

for _, id in ipairs(redis.call('ZRANGE', live_key, 0, -1)) do redis.call('DEL', ARGV[2] .. id) end
for index = 1, 7 do redis.call('DEL', KEYS[index]) end
for field, value in pairs(facts.config) do redis.call('HSET', KEYS[1], field, value) end

local state = { 'epoch', ARGV[1], 'tick', digits(facts.tick), 'committed', digits(facts.tick), 'at', digits(now), 'openMs', MINUTE_MS,
  'opened', facts.opened and '1' or '0' }
local function keep(name, lane, value)
  state[#state + 1] = name .. ':' .. lane.name
  state[#state + 1] = value
end
local answers_keys = {}
for index, lane in ipairs(facts.lanes) do
  answers_keys[lane.name] = KEYS[7 + (index - 1) * 6 + 5]
  local at = 7 + (index - 1) * 6
  for offset = 2, 6 do redis.call('DEL', KEYS[at + offset]) end
  redis.call('ZREMRANGEBYSCORE', KEYS[at + 1], '-inf', lane.calledTo)
  for _, pair in ipairs(facts.spent) do redis.call('ZREM', KEYS[at + 1], pair[1]) end
  keep('counter', lane, digits(lane.counter))
  keep('counterBefore', lane, digits(lane.counter))
  keep('from', lane, digits(lane.counter))
  keep('lost', lane, lane.lost or '[]')
  -- Who was called before the loss gets a whole window again: nobody behind them enters first.
  if tonumber(lane.calledTo) > tonumber(lane.admittedTo) then
    redis.call('RPUSH', KEYS[at + 6], lane.admittedTo .. ' ' .. lane.calledTo .. ' ' .. RESTORED_CALL .. ' 0 -')
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
redis.call('HSET', state_key, unpack(state))
for _, entry in ipairs(facts.live) do
  local id, until_ms, kind = entry[1], entry[2], entry[3]
  if until_ms > now then
    local value = digits(until_ms) .. (kind == 'session' and ' session' or ' key ' .. digits(facts.tick))
    redis.call('SET', ARGV[2] .. id, value, 'PX', until_ms - now + KEY_TIDY_MS)
    redis.call('ZADD', live_key, until_ms, id)
    -- A key that is not claimed after all counts as it would have: a second one spends the ticket.
    if kind == 'key' then redis.call('HSET', answers_keys[entry[4]], id, '- - ' .. entry[5] .. ' - 1') end
  end
end
for _, entry in ipairs(facts.admitted) do redis.call('RPUSH', KEYS[6], digits(entry[1]) .. ' ' .. entry[2]) end
for _, pair in ipairs(facts.spent) do redis.call('ZADD', spent_key, pair[2], pair[1]) end
return 1
