--- @include "inventory"
--- Purpose: lets go of what was kept for those who wait, once Postgres has decided on it and what is offered of it has been applied
---   (apply-block): the rest goes free. Idempotent.
--- KEYS: 1–8 as in includes/inventory.lua
--- ARGV: ids of kept ones
--- Returns: version. Errors: inventory_rebuilding.
--- Cost: O(seats × legs of the kept ones).
local meta = read_meta()
if not meta then return refuse('inventory_rebuilding') end
for i = 1, #ARGV do free_hold(meta, ARGV[i], true) end
return version_of(meta)
