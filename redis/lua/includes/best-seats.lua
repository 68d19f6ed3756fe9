--- @include "inventory"
--- Purpose: best available (BOOKING §2): chooses free seats side by side within one row, of one kind: ordinary, or accessible ones.
-- Least first: seats of another berth than wished, seats left single beside the choice, rows from the wished one, half seats
-- from the middle of the row. The hash `rows` has, for `<zone>:o` and `<zone>:a`, one record for each block of seats that have no aisle
-- between them and are of one kind, by row: row (5 digits), first seat (7), seats (5), twice the middle of the row counted from the
-- first seat, plus 1,000,000 (7). `<zone>:b`, where seats are berths, has one letter for each seat from the zone's first on.
-- Cost: O(rows looked at): rows are looked at from the wished one on until one fits and leaves no single seat. In a zone of 100,000
-- seats in 1,000 rows, measured against a hold of one named seat: 4 times it near the wished row, 70 times when every row is sold
-- out, 175 times when every second seat is free and nothing fits.
local rows_key = prefix .. 'rows'
local RECORD, MIDDLE_BASE = 24, 1000000

-- '0' to '3' for each cell of a byte, written down once for each byte that is met.
local STATES_OF = setmetatable({}, {
  __index = function(memo, char)
    local byte = string.byte(char)
    local text = string.char(48 + byte % 4, 48 + math.floor(byte / 4) % 4, 48 + math.floor(byte / 16) % 4, 48 + math.floor(byte / 64))
    memo[char] = text
    return text
  end,
})

local function number_at(rows, record, first, last)
  local before = (record - 1) * RECORD
  return tonumber(string.sub(rows, before + first, before + last))
end

-- What is read once for a search: the rows of the zone and, for each leg, the bytes of its seats.
local function open_zone(meta, hold, wish)
  local found = redis.call('HMGET', rows_key, wish.zone .. ':' .. wish.kind, wish.zone .. ':b')
  local rows = found[1] or ''
  local zone = { rows = rows, count = #rows / RECORD, berths = wish.berth ~= '' and found[2] or nil, legs = {}, meta = meta }
  -- Whoever brings a code means the allocation's own seats, where it has some in this zone.
  local with_seats = hold.block and redis.call('HGET', blocks_key, 'z:' .. hold.block) or ''
  zone.block = string.find(with_seats, ',' .. wish.zone .. ',', 1, true) and hold.block or nil
  zone.from = hold.from
  if zone.count == 0 then return zone end
  zone.base = math.floor(number_at(rows, 1, 6, 12) / 4)
  local last = number_at(rows, zone.count, 6, 12) + number_at(rows, zone.count, 13, 17) - 1
  for leg = hold.from, hold.to - 1 do
    local offset = leg * meta.stride / 4
    zone.legs[#zone.legs + 1] = redis.call('GETRANGE', seats_key, whole(offset + zone.base), whole(offset + math.floor(last / 4)))
  end
  return zone
end

-- The same for who brings the code of an allocation: its seats are the free ones, and no others.
local function states_in_allocation(zone, leg, first, text)
  local cells = {}
  for i = 1, #text do cells[i] = leg * zone.meta.stride + first + i - 1 end
  local blocks, states = values_of(blocks_key, cells), {}
  for i = 1, #text do states[i] = blocks[i] == zone.block and string.sub(text, i, i) == '3' and '0' or 'x' end
  return table.concat(states)
end

-- The block's seats as text: '0' where a seat is free on all legs.
local function states_of_block(zone, first, seats)
  local text
  for i, bytes in ipairs(zone.legs) do
    local from, to = math.floor(first / 4) - zone.base + 1, math.floor((first + seats - 1) / 4) - zone.base + 1
    local here = string.gsub(string.sub(bytes, from, to), '.', STATES_OF)
    here = string.sub(here, first % 4 + 1, first % 4 + seats)
    if zone.block then here = states_in_allocation(zone, zone.from + i - 1, first, here) end
    if text and string.find(here, '[^0]') then
      local both = {}
      for seat = 1, seats do both[seat] = string.sub(text, seat, seat) == '0' and string.sub(here, seat, seat) or '1' end
      here = table.concat(both)
    end
    if not text or string.find(here, '[^0]') then text = here end
  end
  return text
end

-- How many of the seats from `seat` on are not of the berth wished for.
local function other_berths(zone, wish, seat)
  if not zone.berths then return 0 end
  local at = seat - tonumber(string.sub(zone.berths, 1, 7)) + 8
  local _, same = string.gsub(string.sub(zone.berths, at, at + wish.quantity - 1), wish.berth, '')
  return wish.quantity - same
end

local function is_better(a, b)
  for i = 1, #a do
    if a[i] ~= b[i] then return a[i] < b[i] end
  end
  return false
end

-- The best start within free seats [start, start + free) of a block; `search.best` becomes it when it is better.
local function weigh_run(search, row_distance, middle, start, free)
  local zone, wish = search.zone, search.wish
  local slack = free - wish.quantity
  local low, high = 0, slack
  if not zone.berths then
    -- Only a start one seat from an end leaves a single seat, so the nearest good one is within two of the nearest.
    local nearest = math.max(0, math.min(slack, math.floor((middle - wish.quantity + 1) / 2 - start + 0.5)))
    low, high = math.max(0, nearest - 2), math.min(slack, nearest + 2)
  end
  for skip = low, high do
    local seat = search.first + start + skip
    local singles = (skip == 1 and 1 or 0) + (slack - skip == 1 and 1 or 0)
    local candidate = {
      other_berths(zone, wish, seat), singles, row_distance, math.abs(2 * (start + skip) + wish.quantity - 1 - middle), seat,
    }
    if not search.best or is_better(candidate, search.best) then search.best = candidate end
  end
end

local function weigh_block(search, record)
  local rows = search.zone.rows
  local first, seats = number_at(rows, record, 6, 12), number_at(rows, record, 13, 17)
  local text = states_of_block(search.zone, first, seats)
  search.first = first
  local middle, away = number_at(rows, record, 18, 24) - MIDDLE_BASE, search.row - search.wish.row
  -- Of two rows as near, the one in front is the nearer.
  local row_distance = away < 0 and -2 * away or 2 * away + 1
  local start, stop = string.find(text, '0+')
  while start do
    local free = stop - start + 1
    search.available = search.available + free
    search.together = math.max(search.together, free)
    if free >= search.wish.quantity then weigh_run(search, row_distance, middle, start - 1, free) end
    start, stop = string.find(text, '0+', stop + 1)
  end
end

-- The next record from the wished row outwards, rows before it first where two are as near.
local function next_record(search)
  local rows, wished = search.zone.rows, search.wish.row
  local before = search.before > 0 and wished - number_at(rows, search.before, 1, 5) or math.huge
  local after = search.after <= search.zone.count and number_at(rows, search.after, 1, 5) - wished or math.huge
  if before == math.huge and after == math.huge then return nil end
  if before <= after then
    search.before = search.before - 1
    return search.before + 1, wished - before
  end
  search.after = search.after + 1
  return search.after - 1, wished + after
end

-- The first record of the wished row or of one behind it.
local function record_of_row(zone, row)
  local low, high = 1, zone.count + 1
  while low < high do
    local middle = math.floor((low + high) / 2)
    if number_at(zone.rows, middle, 1, 5) < row then low = middle + 1 else high = middle end
  end
  return low
end

-- Returns the first of the seats chosen; or nil, how many are free (of the kind), and how many of them side by side.
local function find_adjacent(meta, hold, wish)
  local search = { wish = wish, zone = open_zone(meta, hold, wish), available = 0, together = 0 }
  search.after = record_of_row(search.zone, wish.row)
  search.before = search.after - 1
  local record, row = next_record(search)
  while record do
    local best = search.best
    if best and best[1] == 0 and best[2] == 0 and row ~= search.row then break end
    search.row = row
    weigh_block(search, record)
    record, row = next_record(search)
  end
  if search.best then return search.best[5] end
  return nil, search.available, search.together
end

-- { zone, quantity, kind (o|a), split (+|-), row, berth letter or '' } of 'stalls=2=o=-=1=,…'.
local function best_wishes(text)
  local wishes = {}
  for zone, quantity, kind, split, row, berth in string.gmatch(text, '([^=,]+)=(%d+)=([oa])=([+-])=(%d+)=(%a?)') do
    wishes[#wishes + 1] = {
      zone = zone, quantity = tonumber(quantity), kind = kind, may_split = split == '+', row = tonumber(row), berth = berth,
    }
  end
  return wishes
end

-- Marks the seats of one wish held and adds them to `chosen`; or returns the refusal, when what was marked is the caller's to undo.
-- Where they may be split: the largest groups that are left, one after the other.
local function choose_seats(meta, now, hold, wish, chosen)
  local left = wish.quantity
  local part = { zone = wish.zone, kind = wish.kind, row = wish.row, berth = wish.berth, quantity = left }
  while left > 0 do
    local first, available, together = find_adjacent(meta, hold, part)
    if first then
      local group = {}
      for seat = first, first + part.quantity - 1 do
        group[#group + 1] = seat
        chosen[#chosen + 1] = seat
      end
      write_cells(cells_of(group, hold.from, hold.to, meta.stride), HELD)
      left = left - part.quantity
      part.quantity = math.min(left, part.quantity)
    elseif sweep(meta, now, SWEEP_MORE) == 0 then
      if not wish.may_split or available < left then return { 'zone_sold_out', wish.zone, available, together } end
      part.quantity = math.min(left, together)
    end
  end
end
