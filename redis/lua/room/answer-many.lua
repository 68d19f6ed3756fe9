--- @include "ticket"
--- Purpose: the `here` messages of one lane and tick, answered without claiming (WAITING-ROOM §8).
--- KEYS: 1 to 11 as in includes/ticket.lua, then one access:<id> per ticket
--- ARGV: 1 lane, then per ticket: id, score, end (ms)
--- Returns: a list of places in the tickets' order. Errors: room_recovering.
--- Cost: O(tickets × (log ready + open calls)).
local room = read_room(ARGV[1], now_ms())
if not room then return RECOVERING end
local places = {}
for index = 1, (#ARGV - 1) / 3 do
  local at = 3 * index - 1
  local score = score_of(room, ARGV[at + 1])
  if not score then return RECOVERING end
  places[index] = answer(room, ARGV[at], score, tonumber(ARGV[at + 2]), false, KEYS[11 + index])
end
return places
