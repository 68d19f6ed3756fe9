--- @include "law"
--- @include "numbers"
--- Purpose: the third step of a tick: how many may enter now, in whole people: pace, the rolling minute, the slots.
local MAX_ADMITTED = 5000 -- a tick's work is bounded, most of all where nobody is held back

-- Admissions later than a minute ago; what is older leaves the ring.
local function count_last_minute(now)
  local last_minute = 0
  for _, text in ipairs(redis.call('LRANGE', ring_key, 0, -1)) do
    local at, count = string.match(text, '^(%S+) (%S+)$')
    if tonumber(at) > now - MINUTE_MS then last_minute = last_minute + tonumber(count) else redis.call('LPOP', ring_key) end
  end
  return last_minute
end

local function allow(room)
  local rate = room.rate
  local last_minute, pace = count_last_minute(room.now), room.pace
  local live = redis.call('ZCARD', live_key) + number_or(redis.call('HGET', state_key, 'unclaimed'), 0)
  local allowance = 0
  if room.running then
    pace = math.min(pace, math.max(MINUTE_MS, rate * TICK_MS)) + rate * math.min(room.elapsed, MAX_ELAPSED_MS)
    allowance = math.max(0, math.min(math.floor(pace / MINUTE_MS), room.limit - last_minute, room.slots - live, MAX_ADMITTED))
    if room.passthrough then allowance = MAX_ADMITTED end
  end
  room.last_minute, room.live, room.pace, room.allowance = last_minute, live, pace, allowance
end
