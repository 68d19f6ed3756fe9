--- @include "now"
--- @include "numbers"
--- Purpose: a step of a restore: allowed only to the epoch that is being restored, and noted, so that others see that it goes on.
local function goes_on(state_key, epoch)
  if redis.call('HGET', state_key, 'restoring') ~= epoch then return false end
  redis.call('HSET', state_key, 'restoringAt', digits(now_ms()))
  return true
end
