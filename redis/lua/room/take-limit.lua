--- @include "now"
--- @include "limit"
--- Purpose: counts one call against a limiter (includes/limit.lua).
--- KEYS: 1 limiter
--- ARGV: 1 calls allowed in a window, 2 window (ms)
--- Returns: {1, 0} allowed and counted, or {0, ms until it is worth trying again}.
--- Cost: O(1).
local wait = take_limit(KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2]), now_ms())
return { wait == 0 and 1 or 0, wait }
