--- @include "ticket"
--- @include "give-up"
--- Purpose: give the place up or end the session; the ticket is spent until its end. Idempotent.
--- KEYS: as in includes/ticket.lua
--- ARGV: 1 ticket id, 2 lane, 3 score or '' (a pass does not know it), 4 ticket's end (ms)
--- Returns: 1 when there was something to give up, else 0. Errors: room_recovering.
--- Cost: O(log waiting + open calls).
local id = ARGV[1]
local room = read_room(ARGV[2], now_ms())
if not room then return RECOVERING end
local access = read_access(KEYS[12])
local inside = access ~= nil and access.until_ms > room.now
if not inside and redis.call('ZSCORE', spent_key, id) then return 0 end
give_up(room, id, tonumber(ARGV[3]), tonumber(ARGV[4]), KEYS[12])
return 1
