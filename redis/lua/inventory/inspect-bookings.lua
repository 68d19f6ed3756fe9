--- @include "inventory"
--- Purpose: which bookings the inventory knows, and in which version and state, for reconciliation. Changes nothing.
--- KEYS: 1–8 as in includes/inventory.lua
--- ARGV: 1 cursor of the scan ('' for none), 2 about how many to scan, then booking ids that are asked for
--- Returns: version, next cursor ('0': the end), scanned ids, then '<version> <state>' or '' of each booking asked for.
---   Errors: inventory_rebuilding.
--- Cost: O(scanned + asked).
local meta = read_meta()
if not meta then return refuse('inventory_rebuilding') end
local reply = { version_of(meta), '0', {} }
if ARGV[1] ~= '' then
  local page = redis.call('HSCAN', bookings_key, ARGV[1], 'COUNT', ARGV[2])
  reply[2] = page[1]
  for i = 1, #page[2], 2 do reply[3][#reply[3] + 1] = page[2][i] end
end
for i = 3, #ARGV do reply[#reply + 1] = redis.call('HGET', bookings_key, ARGV[i]) or '' end
return reply
