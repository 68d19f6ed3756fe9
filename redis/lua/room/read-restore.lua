--- @include "now"
--- @include "numbers"
--- Purpose: whether somebody is putting the room back, and how long ago the last step was.
--- KEYS: 1 state
--- ARGV: none
--- Returns: {epoch that is being restored, ms since its last step}, or nil.
--- Cost: O(1).
local s = redis.call('HMGET', KEYS[1], 'restoring', 'restoringAt')
if not s[1] then return nil end
return { s[1], digits(now_ms() - number_or(s[2], 0)) }
