--- @include "ticket"
--- @include "limit"
--- Purpose: the exact place of one ticket; changes nothing but its limiter.
--- KEYS: as in includes/ticket.lua; then a limiter, where there is one
--- ARGV: 1 ticket id, 2 lane, 3 score, 4 ticket's end (ms), 5 looks that the limiter allows in a window or '', 6 window (ms) or ''
--- Returns: a place (includes/ticket.lua). Errors: room_recovering, rate_limited <ms>.
--- Cost: O(log waiting).
local room = read_room(ARGV[2], now_ms())
if not room then return RECOVERING end
local id, score = ARGV[1], score_of(room, ARGV[3])
if not score then return RECOVERING end
return limit_refusal(KEYS[13], ARGV[5], ARGV[6], room.now)
  or settled(room, id, score, read_access(KEYS[12]))
  or standing(room, id, score)
