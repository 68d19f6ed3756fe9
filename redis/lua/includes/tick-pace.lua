--- @include "law"
--- @include "numbers"
--- Purpose: how fast the head of a lane's line goes by, for everyone's estimate (WAITING-ROOM §4). Measured only over time in which somebody
---   stood ready: an idle minute says nothing about how long a crowd will take. The show-up rate that steers the calls begins with a guess;
---   this one does not. State: "served, ms of it, was busy, rate it was measured at, called, answered of them".
local PACE_KNOWN_MS, PACE_KNOWN_SERVED, PACE_KNOWN_CALLED = 10000, 3, 1 -- less than this is no measurement
local PACE_MEMORY_MS, PACE_MEMORY_SERVED, PACE_LONGEST_MS = 120000, 20, 600000 -- two minutes, or twenty people where they come slower
local PACE_MEMORY_CALLED = 600 -- tickets of closed calls that the show-up rate is taken from

local function read_served(text)
  local served, ms, busy, rate, called, answered = string.match(text or '', '^(%S+) (%S+) (%d) (%S+) (%S+) (%S+)$')
  return { count = tonumber(served) or 0, ms = tonumber(ms) or 0, busy = busy == '1', rate = tonumber(rate),
    called = tonumber(called) or 0, answered = tonumber(answered) or 0 }
end
local function served_text(served)
  return table.concat({ digits(served.count), digits(served.ms), served.busy and '1' or '0', digits(served.rate),
    digits(served.called), digits(served.answered) }, ' ')
end

-- A call that is over: so many of so many answered.
local function measure_call(lane, call)
  local served, keep = lane.served, math.exp(-call.count / PACE_MEMORY_CALLED)
  served.called, served.answered = served.called * keep + call.count, served.answered * keep + call.answered
end

-- After who enters is chosen. Late visitors have their own share and shorten nobody's line.
local function measure_pace(room, lane)
  local served = lane.served
  -- A new limit is a new pace: what was measured before says nothing about it. An autopilot's small steps are followed by forgetting.
  if served.rate ~= room.limit then served.count, served.ms, served.rate = 0, 0, room.limit end
  local memory = math.min(PACE_LONGEST_MS, math.max(PACE_MEMORY_MS, PACE_MEMORY_SERVED * MINUTE_MS / math.max(1, room.rate)))
  local keep = math.exp(-room.elapsed / memory)
  served.count, served.ms = served.count * keep, served.ms * keep
  -- Who stands behind an open call waits for its window, not for a slot.
  local shut = room.allowance > 0 and lane.punctual == 0
  if room.running and served.busy and not shut then
    served.count, served.ms = served.count + lane.taken_punctual, served.ms + math.min(room.elapsed, MAX_ELAPSED_MS)
  end
  served.busy = lane.ready_count > 0
end

-- Answers that open calls will still bring: they stand before everyone who waits, and in no line yet.
local function expected_answers(lane, show)
  local expected = 0
  for _, call in ipairs(lane.calls) do
    if call.count < RESTORED_CALL then expected = expected + math.max(0, call.count * show - call.answered) end
  end
  return math.floor(expected + 0.5)
end

local function rounded(number, parts) return math.floor(number * parts + 0.5) / parts end
-- The pace as the board shows it (contracts/board.ts); nil while it can't be known.
local function pace_of(lane)
  local served = lane.served
  if served.ms < PACE_KNOWN_MS or served.count < PACE_KNOWN_SERVED or served.called < PACE_KNOWN_CALLED then return nil end
  local show = served.answered / served.called
  return { perMinute = rounded(served.count * MINUTE_MS / served.ms, 100), showUpRate = rounded(show, 1000),
    expected = expected_answers(lane, show) }
end
