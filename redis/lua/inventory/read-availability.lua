--- @include "inventory"
--- Purpose: the whole inventory as it stands, with its version. Frees holds that are over first, so that none still shows as held.
--- KEYS: 1–8 as in includes/inventory.lua
--- ARGV: 1 most holds to free in this call
--- Returns: version, legs, seats, layout (JSON), all cells as hex (stride bytes × 4 cells a leg), then zone:leg and free places of each.
---   Errors: inventory_rebuilding.
--- Cost: O(cells / 4); a round trip measured 6.5 ms for 100,000 seats.
local meta = read_meta()
if not meta then return refuse('inventory_rebuilding') end
sweep(meta, now_ms(), tonumber(ARGV[1]))
-- Replies pass through clients that read text, so bytes travel as hex.
local hex = {}
for byte = 0, 255 do hex[string.char(byte)] = string.format('%02x', byte) end
local facts = redis.call('HMGET', meta_key, 'legs', 'seats', 'layout')
local cells = string.gsub(redis.call('GET', seats_key) or '', '.', hex)
local reply = { version_of(meta), facts[1], facts[2], facts[3], cells }
for _, text in ipairs(redis.call('HGETALL', zones_key)) do reply[#reply + 1] = text end
return reply
