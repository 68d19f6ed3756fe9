--- @include "numbers"
--- Purpose: when silence is noticed (WAITING-ROOM §1.3). `<ready-seen>:<second>` is the set of those who stand ready or late and have to answer again
---   by the end of that second of Redis time; it stands among their answers, and with each answer they move to a later set. Who leaves the
---   line by another way may stay in a set: a tick asks Redis which of a set still stand in line. `<ready-seen>` itself is a ZSET of the
---   silent, by the time (ms) when they are forgotten. In one ZSET of all who are in line each move, and each end, would be a search among
---   all of them.
local function seen_set(seen_key, second)
  return seen_key .. ':' .. string.format('%.0f', second)
end

-- `answers`: as they were read (includes/answers.lua); `due`: the second that holds from now on. Who was silent is so no more.
local function expect_answer(seen_key, id, answers, due)
  local set, before = seen_set(seen_key, due), answers.due and seen_set(seen_key, answers.due)
  if before and before ~= set then redis.call('SREM', before, id) end
  if answers.known and not before then redis.call('ZREM', seen_key, id) end
  redis.call('SADD', set, id)
  answers.due = due
end
