--- @include "restoring"
--- @include "law"
--- @include "unclaimed"
--- Purpose: one step of a restore: sessions, and keys that wait to be claimed, with the time that is left to them.
--- KEYS: 1 state, 2 live, then the lanes' answers. Access keys are named from ARGV[2]: they carry the same hash tag.
--- ARGV: 1 epoch, 2 access key prefix, 3 tick, then of each: id, end (ms), session or key, lane (1 is the first), unclaimed keys before; at most 1000
--- Returns: 1 loaded, -1 when this epoch is not being restored.
--- Cost: O(entries × log).
if not goes_on(KEYS[1], ARGV[1]) then return -1 end
local now = now_ms()
for index = 4, #ARGV, 5 do
  local id, until_ms, kind, answers_key = ARGV[index], tonumber(ARGV[index + 1]), ARGV[index + 2], KEYS[2 + tonumber(ARGV[index + 3])]
  if until_ms > now then
    local end_text = digits(until_ms)
    if kind == 'session' then
      redis.call('SET', ARGV[2] .. id, end_text .. ' session', 'PX', until_ms - now + KEY_TIDY_MS)
      redis.call('ZADD', KEYS[2], until_ms, id)
    else
      redis.call('SET', ARGV[2] .. id, end_text .. ' key ' .. ARGV[3])
      keep_unclaimed(KEYS[1], KEYS[2], end_text, { id })
      -- A key that is not claimed after all counts as it would have: a second one spends the ticket.
      redis.call('HSET', answers_key, id, '- - ' .. ARGV[index + 4] .. ' - 1 -')
    end
  end
end
return 1
