--- @include "law"
--- @include "numbers"
--- Purpose: open calls of a lane, a list of "from to count answered at"; at is '-' until the tick is committed.
local function parse_call(text)
  local from, to, count, answered, at = string.match(text, '^(%S+) (%S+) (%S+) (%S+) (%S+)$')
  return { from = tonumber(from), to = tonumber(to), count = tonumber(count), answered = tonumber(answered), at = tonumber(at) }
end
local function call_text(call)
  return table.concat({ digits(call.from), digits(call.to), call.count, call.answered, call.at and digits(call.at) or '-' }, ' ')
end
local function call_is_open(call, clock)
  return call.answered < call.count and (call.at == nil or clock - call.at < ANSWER_WINDOW_MS)
end
local function is_closed(closed, closes_at_ms, now)
  local closes_at = tonumber(closes_at_ms or '')
  return closed == '1' or (closes_at ~= nil and now >= closes_at)
end
-- The clock of answer windows runs only while the room is open and neither paused nor closed.
local function open_clock(open_ms, at, opened, stands, now)
  if opened ~= '1' or stands then return open_ms end
  return open_ms + (now - at)
end
