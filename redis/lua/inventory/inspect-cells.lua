--- @include "inventory"
--- Purpose: what stands in the cells of some seats on every leg, for reconciliation with Postgres. Changes nothing, sweeps nothing.
--- KEYS: 1–8 as in includes/inventory.lua
--- ARGV: 1 first seat, 2 seat after the last
--- Returns: version, then for each cell that is not plainly free: leg, seat, state, who has it or '', 1 when that is a hold that has a record,
---   the block it is a seat of or '', its state while nobody has it. Errors: inventory_rebuilding.
--- Cost: O(seats × legs).
local meta = read_meta()
if not meta then return refuse('inventory_rebuilding') end
local reply = { version_of(meta) }
local first, last = tonumber(ARGV[1]), tonumber(ARGV[2]) - 1
for leg = 0, meta.legs - 1 do
  local cells = {}
  for seat = first, last do cells[#cells + 1] = leg * meta.stride + seat end
  for from = 1, #cells, CELLS_PER_CALL do
    local to = math.min(from + CELLS_PER_CALL - 1, #cells)
    local holders = redis.call('HMGET', claims_key, unpack(cells, from, to))
    local blocks = meta.blocked and redis.call('HMGET', blocks_key, unpack(cells, from, to)) or {}
    local bytes = redis.call('GETRANGE', seats_key, math.floor(cells[from] / 4), math.floor(cells[to] / 4))
    local base = math.floor(cells[from] / 4)
    for i = 1, #holders do
      local cell = cells[from + i - 1]
      local byte = string.byte(bytes, math.floor(cell / 4) - base + 1) or 0
      local state = math.floor(byte / 4 ^ (cell % 4)) % 4
      local holder, block = holders[i] or '', blocks[i] or ''
      if state ~= FREE or holder ~= '' or block ~= '' then
        local lives = string.sub(holder, 1, 1) == 'h' and redis.call('EXISTS', prefix .. 'hold:' .. string.sub(holder, 2)) or 0
        local n = #reply
        reply[n + 1], reply[n + 2], reply[n + 3] = leg, cell % meta.stride, state
        reply[n + 4], reply[n + 5], reply[n + 6] = holder, lives, block
        reply[n + 7] = block ~= '' and idle_state_of(meta, block) or FREE
      end
    end
  end
end
return reply
