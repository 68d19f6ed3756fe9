--- @include "inventory"
--- Purpose: frees holds that are over, so that "free again" is announced; every hold script also does it for itself.
--- KEYS: 1–8 as in includes/inventory.lua
--- ARGV: 1 most holds to free in this call
--- Returns: holds freed, version. Errors: inventory_rebuilding.
--- Cost: O(freed × seats × legs).
local meta = read_meta()
if not meta then return refuse('inventory_rebuilding') end
local freed = sweep(meta, now_ms(), tonumber(ARGV[1]))
return { freed, version_of(meta) }
