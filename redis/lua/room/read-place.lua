--- @include "ticket"
--- Purpose: the exact place of one ticket; changes nothing.
--- KEYS: as in includes/ticket.lua
--- ARGV: 1 ticket id, 2 lane, 3 score, 4 ticket's end (ms)
--- Returns: a place (includes/ticket.lua). Errors: room_recovering.
--- Cost: O(log waiting).
local room = read_room(ARGV[2], now_ms())
if not room then return RECOVERING end
local id, score = ARGV[1], score_of(room, ARGV[3])
if not score then return RECOVERING end
return settled(room, id, score, read_access(KEYS[12])) or standing(room, id, score)
