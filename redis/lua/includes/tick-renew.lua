--- @include "law"
--- @include "numbers"
--- @include "batch"
--- Purpose: a tick that was not committed in its own second is taken up again: its keys could not be claimed so far, so their windows
---   begin anew. Postgres is told with the tick, before it is committed.
local function renew_keys(s, c, result, now)
  local before = tonumber(string.match(result.numbers, '"liveUntil":(%d+)'))
  local until_ms = now + number_or(c.claimWindowSeconds, 120) * 1000
  if not before or until_ms - before < TICK_MS then return end
  local ids, entries = {}, {}
  for id in string.gmatch('\n' .. result.admissions, '\n(%S+)') do ids[#ids + 1] = id end
  -- Who left or was taken out meanwhile gets no key back.
  local standing = ask_chunks(ids, function(...) return redis.call('ZMSCORE', live_key, ...) end)
  local until_text = digits(until_ms)
  local value = until_text .. ' key ' .. s.tick
  for index, id in ipairs(ids) do
    if standing[index] then
      redis.call('SET', ARGV[2] .. id, value)
      entries[#entries + 1], entries[#entries + 2] = until_text, id
    end
  end
  each_chunk(entries, function(...) redis.call('ZADD', live_key, ...) end)
  result.numbers = string.gsub(result.numbers, '"liveUntil":%d+', '"liveUntil":' .. until_text, 1)
  redis.call('HSET', state_key, 'pending', result.numbers)
end
