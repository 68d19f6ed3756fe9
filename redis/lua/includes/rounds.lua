--- @include "law"
--- Purpose: rounds of a `random` lane (WAITING-ROOM §2): who joins within one minute of Redis time shares a base, one number of the counter,
---   and is drawn. `rounds:<lane>` in the state is a JSON list of {minute, base} by base: the latest round, and those before it that may
---   not be called yet.
local function read_rounds(text)
  return cjson.decode(text or '[]')
end
local function rounds_text(rounds)
  return #rounds > 0 and cjson.encode(rounds) or '[]'
end
-- The minute of joins. Redis's clock may have gone back, but a minute that a tick has seen the end of stays over: its seed is out.
local function round_minute(now, last_tick)
  return math.floor(math.max(now, last_tick * TICK_MS) / ROUND_MS)
end
-- Adds a round where its base belongs; false when it is there.
local function keep_round(rounds, minute, base)
  local at = #rounds + 1
  while at > 1 and rounds[at - 1][2] >= base do at = at - 1 end
  if rounds[at] and rounds[at][2] == base then return false end
  table.insert(rounds, at, { minute, base })
  return true
end
-- Whether a round ended at least `since` ms ago.
local function round_is_over(round, now, since)
  return now >= (round[1] + 1) * ROUND_MS + since
end
-- The base of the first round that did not; nil when all did.
local function first_open_base(rounds, now, since)
  for _, round in ipairs(rounds) do if not round_is_over(round, now, since) then return round[2] end end
  return nil
end
