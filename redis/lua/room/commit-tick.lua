--- @include "now"
--- @include "calls"
--- Purpose: Postgres has the tick: its keys become claimable, its board goes out, and only now the windows of its calls begin. Idempotent.
--- KEYS: 1 config, 2 state, 3 board, 4 facts, then per lane: calls
--- ARGV: 1 epoch, 2 tick, 3 board JSON, 4 channel, 5 announcement JSON, 6 facts written, then the lanes' names
--- Returns: 1 committed now, 0 committed before or another epoch's, -1 too late: the tick has to be taken up again, so that its windows begin anew.
--- Cost: O(open calls).
local state_key, board_key = KEYS[2], KEYS[3]
local s = redis.call('HMGET', state_key, 'epoch', 'tick', 'committed', 'openMs', 'at', 'opened', 'pendingSince')
local tick = tonumber(ARGV[2])
if s[1] ~= ARGV[1] or tonumber(s[2]) ~= tick or number_or(s[3], 0) >= tick then return 0 end
local now = now_ms()
-- A worker that was stopped between its write and this: claimants would have what is left of their windows, or nothing.
if now - number_or(s[7], now) >= LATE_COMMIT_MS then return -1 end
local c = redis.call('HMGET', KEYS[1], 'paused', 'closed', 'closesAtMs')
local stands = c[1] == '1' or is_closed(c[2], c[3], now)
local clock = open_clock(number_or(s[4], 0), number_or(s[5], now), s[6], stands, now)
for index = 7, #ARGV do
  local calls_key = KEYS[4 + index - 6]
  for position, text in ipairs(redis.call('LRANGE', calls_key, 0, -1)) do
    local call = parse_call(text)
    if call.at == nil then
      call.at = clock
      redis.call('LSET', calls_key, position - 1, call_text(call))
    end
  end
  local field = 'near:' .. ARGV[index]
  local near = cjson.decode(redis.call('HGET', state_key, field) or '[]')
  for _, step in ipairs(near) do if step[3] < 0 then step[3] = now + step[2] end end
  if #near > 0 then redis.call('HSET', state_key, field, cjson.encode(near)) end
end
redis.call('HSET', state_key, 'committed', tick)
redis.call('HDEL', state_key, 'pending', 'pendingShown', 'pendingAdmitted', 'pendingFacts', 'pendingSince')
redis.call('LTRIM', KEYS[4], ARGV[6], -1)
redis.call('SET', board_key, ARGV[3])
redis.call('PUBLISH', ARGV[4], ARGV[5])
return 1
