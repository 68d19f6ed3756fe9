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
-- The clock of answer windows runs only while the room is open and not paused.
local function open_clock(open_ms, at, opened, paused, now)
  if opened ~= '1' or paused == '1' then return open_ms end
  return open_ms + (now - at)
end
