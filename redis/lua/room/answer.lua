--- @include "ticket"
--- @include "identity"
--- Purpose: the visitor's one question: first answer, repeated answer and, when it claims, the claim of a committed access key.
--- KEYS: as in includes/ticket.lua; 13 the identity's key, for a ticket that has one (includes/identity.lua)
--- ARGV: 1 ticket id, 2 lane, 3 score, 4 ticket's end (ms), 5 claims (1 or 0)
--- Returns: a place (includes/ticket.lua). Errors: room_recovering.
--- Cost: O(log ready + open calls).
local room = read_room(ARGV[2], now_ms())
if not room then return RECOVERING end
local score = score_of(room, ARGV[3])
if not score then return RECOVERING end
if KEYS[13] and not keeps_identity(room, KEYS[13], ARGV[1], score, tonumber(ARGV[4]), KEYS[12]) then return place(room, 'spent', score) end
return answer(room, ARGV[1], score, tonumber(ARGV[4]), ARGV[5] == '1', KEYS[12])
