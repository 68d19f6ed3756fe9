--- @include "law"
--- @include "numbers"
--- @include "calls"
--- @include "line"
--- @include "rounds"
--- @include "tick-pace"
--- Purpose: the room and its lanes as a tick finds them: one table that the tick's steps read and change, and the last one writes back.
local function hash(key)
  local flat, fields = redis.call('HGETALL', key), {}
  for i = 1, #flat, 2 do fields[flat[i]] = flat[i + 1] end
  return fields
end

-- What a tick has to know of a lane's rounds: from which base on nobody may be called, from which on nobody knows their score, and the
-- round that ended just now. The latest round is kept, since the line behind it was drawn; the others only while it matters.
local function judge_rounds(lane, now)
  local rounds = lane.rounds
  while #rounds > 1 and round_is_over(rounds[1], now, ROUND_KNOWN_MS) do table.remove(rounds, 1) end
  lane.uncallable_from = first_open_base(rounds, now, ROUND_KNOWN_MS)
  lane.open_from = first_open_base(rounds, now, 0)
  if lane.uncallable_from ~= lane.open_from then lane.ended_round = lane.uncallable_from end
end

-- One lane per name in ARGV[7…], its keys in KEYS[7…].
local function read_lanes(s, c, now)
  local lanes = {}
  for index = 7, #ARGV do
    local name, at = ARGV[index], 6 + (index - 7) * 6
    local function field(key, fallback) return number_or(s[key .. ':' .. name], fallback) end
    lanes[#lanes + 1] = {
      name = name, weight = 1, waiting = KEYS[at + 1], ready = KEYS[at + 2], seen = KEYS[at + 3], late = KEYS[at + 4],
      answers = KEYS[at + 5], calls_key = KEYS[at + 6],
      counter = field('counter', 1), base = field('base', 1), called_to = field('calledTo', 0), near_to = field('nearTo', 0),
      admitted_to = field('admittedTo', 0), late_to = field('lateTo', 0), show = field('show', SHOW_START),
      turn = field('turn', 0), late_credit = field('lateCredit', 0), near = cjson.decode(s['near:' .. name] or '[]'), calls = {},
      lost = read_lost(s['lost:' .. name]), from = field('from', 1), counter_before = field('counterBefore', 1),
      leased_to = field('leasedTo', 0), rounds = read_rounds(s['rounds:' .. name]),
      served = read_served(s['served:' .. name]),
    }
    judge_rounds(lanes[#lanes], now)
  end
  for _, wanted in ipairs(cjson.decode(c.lanes or '[]')) do
    for _, lane in ipairs(lanes) do if lane.name == wanted.name then lane.weight = wanted.weight end end
  end
  return lanes
end

-- `s` and `c`: the hashes state and config. `period`: the number of this tick. `limit` and `capacity` are the operator's; `rate` and `slots`
-- are what this tick goes by, which an autopilot may have lowered, never raised.
local function read_tick(s, c, now)
  local before, paused = number_or(s.at, now), c.paused == '1'
  local limit, capacity = number_or(c.newUsersPerMinute, 0), number_or(c.totalActiveUsers, 0)
  local opens_at, closed = tonumber(c.opensAtMs or ''), is_closed(c.closed, c.closesAtMs, now)
  local opening = s.opened ~= '1' and (opens_at == nil or now >= opens_at)
  local opened = s.opened == '1' or opening
  return {
    now = now, period = math.floor(now / TICK_MS), previous = number_or(s.tick, 0), elapsed = math.max(1, now - before), c = c, lanes = read_lanes(s, c, now),
    open_ms = open_clock(number_or(s.openMs, 0), before, s.opened, paused or closed, now),
    opens_at = opens_at, opening = opening, opened = opened, closed = closed, paused = paused,
    running = opened and not paused and not closed, sold_out = c.soldOut == '1', passthrough = c.queueingMethod == 'passthrough',
    random = c.queueingMethod == 'random',
    limit = limit, rate = math.min(limit, number_or(ARGV[5], limit)),
    capacity = capacity, slots = math.min(capacity, number_or(ARGV[6], capacity)),
    judged_to = number_or(s.judgedTo, math.floor(before / 1000) - 1), pace = number_or(s.pace, 0), freed = number_or(s.freed, 0), turnover = number_or(s.turnover, 0),
    until_ms = now + number_or(c.claimWindowSeconds, 120) * 1000, admissions = {},
  }
end
