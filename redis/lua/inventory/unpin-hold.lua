--- @include "inventory"
--- Purpose: undoes a pin whose booking was not written: the hold gets its own end back, the in-flight marker goes. A hold that
---   another request has booked stays pinned, whoever pinned it last: its booking takes it over. Idempotent.
--- KEYS: 1–8 as in includes/inventory.lua, 9 in-flight marker
--- ARGV: 1 hold id, 2 booking id, 3 1 when the hold is booked: only the marker goes
--- Returns: unpinned, end (ms) · kept · gone (no hold is pinned for this booking).
--- Cost: O(log holds).
if redis.call('GET', KEYS[9]) == ARGV[2] then redis.call('DEL', KEYS[9]) end
if ARGV[3] == '1' then return { 'kept' } end
local hold = read_hold(ARGV[1])
if not hold or hold.booking ~= ARGV[2] then return { 'gone' } end
local ends = hold.before
hold.booking, hold.before = '', ''
write_hold(hold)
redis.call('ZADD', holds_key, ends, hold.id)
return { 'unpinned', ends }
