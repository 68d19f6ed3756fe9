--- @include "law"
--- @include "numbers"
--- @include "unclaimed"
--- Purpose: a tick that was not committed in its own second is taken up again: its keys could not be claimed so far, so their windows
---   begin anew. Postgres is told with the tick, before it is committed.
local function renew_keys(s, c, result, now)
  local before = tonumber(string.match(result.numbers, '"liveUntil":(%d+)'))
  local until_ms = now + number_or(c.claimWindowSeconds, 120) * 1000
  -- Judged just now, whether or not they have to begin anew.
  redis.call('HSET', state_key, 'pendingSince', digits(now))
  if not before or until_ms - before < TICK_MS then return end
  local ids, standing, keys = {}, {}, {}
  -- Words come in pairs: lane and line, then id and score of each.
  for id, score in string.gmatch(result.admissions, '(%S+) (%S+)') do
    if tonumber(score) then ids[#ids + 1] = id end
  end
  -- Who left or was taken out meanwhile gets no key back.
  local window = window_key(live_key, digits(before))
  local stands = ask_chunks(ids, function(...) return redis.call('SMISMEMBER', window, ...) end)
  local until_text = digits(until_ms)
  local value = until_text .. ' key ' .. s.tick
  for index, id in ipairs(ids) do
    if stands[index] == 1 then
      standing[#standing + 1] = id
      keys[#keys + 1], keys[#keys + 2] = ARGV[2] .. id, value
    end
  end
  each_chunk(keys, function(...) redis.call('MSET', ...) end)
  each_chunk(standing, function(...) redis.call('HINCRBY', state_key, 'unclaimed', -redis.call('SREM', window, ...)) end)
  keep_unclaimed(state_key, live_key, until_text, standing)
  result.numbers = string.gsub(result.numbers, '"liveUntil":%d+', '"liveUntil":' .. until_text, 1)
  redis.call('HSET', state_key, 'pending', result.numbers)
end
