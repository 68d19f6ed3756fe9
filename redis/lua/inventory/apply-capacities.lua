--- @include "settle-capacity"
--- Purpose: brings capacities of general zones from Postgres into the inventory. May come late, twice or out of order: a version that is
---   known changes nothing.
--- KEYS: 1–8 as in includes/inventory.lua
--- ARGV: for each zone three values: zone, version, capacity
--- Returns: zones whose free places have changed. Errors: inventory_rebuilding.
--- Cost: O(zones × legs).
local meta = read_meta()
if not meta then return refuse('inventory_rebuilding') end
return settle_capacities(meta, 1)
