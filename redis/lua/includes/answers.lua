--- @include "numbers"
--- Purpose: what a called ticket did so far, one text in the lane's hash `answers`: first answer, first late answer, unclaimed keys, unclaimed keys
---   when late began, counted in its call (1 or 0), the second in which its next one is due (includes/seen.lua).
---   Times are ms but for the last; '-' says that there is none.
local function parse_answers(text)
  if not text then return { known = false, strikes = 0, counted = false } end
  local since, late_since, strikes, late_strikes, counted, due = string.match(text, '^(%S+) (%S+) (%S+) (%S+) (%S+) ?(%S*)$')
  return { known = true, since = tonumber(since), late_since = tonumber(late_since), strikes = tonumber(strikes),
    late_strikes = tonumber(late_strikes), counted = counted == '1', due = tonumber(due) }
end
local function answers_text(a)
  return table.concat({ a.since and digits(a.since) or '-', a.late_since and digits(a.late_since) or '-',
    a.strikes, a.late_strikes or '-', a.counted and '1' or '0', a.due and digits(a.due) or '-' }, ' ')
end
