--- Purpose: the one place where scripts read the time (DESIGN §7). Defines now_ms(): Redis time in whole ms.
local function now_ms()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
