--- @include "inventory"
--- Purpose: best available (BOOKING §2): chooses free seats side by side within one row, of one kind: ordinary, or accessible ones.
-- Least first: seats of another berth than wished, seats left single beside the choice, rows from the wished one, half seats
-- from the middle of the row. The hash `rows` has, for `<zone>:o` and `<zone>:a`, one record for each block of seats that have no aisle
-- between them and are of one kind, by row: row (5 digits), first seat (7), seats (5), twice the middle of the row counted from the
-- first seat, plus 1,000,000 (7). `<zone>:b`, where seats are berths, has one letter for each seat from the zone's first on.
-- Cost: O(bytes of the zone's cells) to find the rows worth a look, then O(rows looked at), from the wished one on until one fits and
-- leaves no single seat. In a zone of 100,000 seats in 1,000 rows, processor time against 0.7 ms for a wish in an empty zone: 0.8 ms when
-- all is sold out, 1.2 ms when only the last row is free, 4 ms where only single seats are left, some ten where each row has pairs and none
-- fits (50 when each row was looked at twice, seat by seat); and then 0.2 ms until a seat goes free.
-- In a function, since all this is made anew at each call of a script, and few holds want it: returns best_wishes and choose_seats.
local function best_seats()
local rows_key = prefix .. 'rows'
local RECORD, MIDDLE_BASE = 24, 1000000
local FEW_ROWS = 64
-- So many bytes in a row that promise two free seats side by side and have none are the sign of a zone of single seats.
local MANY_PROMISES = 64

-- '0' to '3' for each cell of a byte, written down once for each byte that is met.
local STATES_OF = setmetatable({}, {
  __index = function(memo, char)
    local byte = string.byte(char)
    local text = string.char(48 + byte % 4, 48 + math.floor(byte / 4) % 4, 48 + math.floor(byte / 16) % 4, 48 + math.floor(byte / 64))
    memo[char] = text
    return text
  end,
})

-- Bytes of four seats, two bits each, by what is free in them, as Lua patterns: they find the next row worth a look in a fraction of the
-- time that looking at each seat takes. Bytes without a free seat, as many as there are; one with two of them side by side; one with
-- its last seat free before one with its first free, and the same the other way round.
local TAKEN_RUN = '^[\170\085\255\085-\087\089-\091%]\094-\095\101-\103\105-\107\109-\111\117-\119\121-\123\125-\127'
  .. '\149-\151\153-\155\157-\159\165-\167\169-\171\173-\175\181-\183\185-\187\189-\191\213-\215\217-\219'
  .. '\221-\223\229-\231\233-\235\237-\239\245-\247\249-\251\253-\255]*'
local PAIR_HERE = '^[%z\001-\015\016\032\048\080\096\112\144\160\176\208\224\240\064-\067\128-\131\192-\195]'
local FIRST_FREE = '[%z\004\008\012\016\020\024\028\032\036\040\044\048\052\056\060\064\068\072\076\080\084\088\092\096\100'
  .. '\104\108\112\116\120\124\128\132\136\140\144\148\152\156\160\164\168\172\176\180\184\188\192\196\200\204'
  .. '\208\212\216\220\224\228\232\236\240\244\248\252]'
local LAST_FREE = '[%z\001-\063]'
local PAIR_ON, PAIR_BACK = '^' .. LAST_FREE .. FIRST_FREE, '^' .. FIRST_FREE .. LAST_FREE
-- Bytes that no two free seats side by side begin in, as many as there are; the same the other way round.
local DULL_ON = '^[\170\085\255\068-\079\081-\092%]%^\095\097-\111\113-\127\132-\143\145-\159\161-\175\177-\191\196-\207'
  .. '\209-\223\225-\239\241-\255]*'
local DULL_BACK = '^[\170\085\255\017-\019\021-\023\025-\027\029-\031\033-\035%%\038\039\041-\043%-\046\047\049-\051'
  .. '\053-\055\057-\059\061-\063\069-\071\073-\075\077-\079\081-\083\085-\087\089-\091%]%^\095\097-\099'
  .. '\101-\103\105-\107\109-\111\113-\115\117-\119\121-\123\125-\127\133-\135\137-\139\141-\143\145-\147'
  .. '\149-\151\153-\155\157-\159\161-\163\165-\167\169-\171\173-\175\177-\179\181-\183\185-\187\189-\191'
  .. '\197-\199\201-\203\205-\207\209-\211\213-\215\217-\219\221-\223\225-\227\229-\231\233-\235\237-\239'
  .. '\241-\243\245-\247\249-\251\253-\255]*'

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

-- The states of the first leg's seats as text, from the first byte on, written once.
local function text_of(zone)
  zone.text = zone.text or string.gsub(zone.legs[1], '.', STATES_OF)
  return zone.text
end

-- The block's seats as text: '0' where a seat is free on all legs.
local function states_of_block(zone, first, seats)
  local text
  for i, bytes in ipairs(zone.legs) do
    local here
    if i == 1 and zone.text then
      here = string.sub(zone.text, first - 4 * zone.base + 1, first - 4 * zone.base + seats)
    else
      local from, to = math.floor(first / 4) - zone.base + 1, math.floor((first + seats - 1) / 4) - zone.base + 1
      here = string.sub(string.gsub(string.sub(bytes, from, to), '.', STATES_OF), first % 4 + 1, first % 4 + seats)
    end
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
  while string.find(text, search.longer, 1, true) do
    search.together, search.longer = search.together + 1, search.longer .. '0'
  end
  local start = string.find(text, search.run, 1, true)
  while start do
    local _, stop = string.find(text, '^0+', start)
    weigh_run(search, row_distance, middle, start - 1, stop - start + 1)
    start = string.find(text, search.run, stop + 1, true)
  end
end

-- The first place in `bytes`, from `at` on, that may seat `quantity`: with a free seat, or with two that may be side by side, of which
-- one may lie in the next byte (`pair`, and `dull` for what to pass by). Nil when there is none. `text_of` writes the bytes as text: dear,
-- but then finding two seats is cheap, and it is done once.
local function seek(bytes, at, quantity, pair, dull, text_of)
  local passed = quantity == 1 and TAKEN_RUN or dull
  for _ = 1, MANY_PROMISES do
    local _, stop = string.find(bytes, passed, at)
    at = stop + 1
    if at > #bytes then return nil end
    if quantity == 1 or string.find(bytes, PAIR_HERE, at) or string.find(bytes, pair, at) then return at end
    at = at + 1
  end
  local seat = string.find(text_of(), '00', 4 * at - 3, true)
  return seat and math.floor((seat - 1) / 4) + 1
end

-- The first record of which `is_behind` is true; they are in order.
local function first_record(zone, low, is_behind)
  local high = zone.count + 1
  while low < high do
    local middle = math.floor((low + high) / 2)
    if is_behind(middle) then high = middle else low = middle + 1 end
  end
  return low
end

-- The next record from `record` on that is worth a look: by the bytes of the first leg, which those of other legs can only make less.
-- An allocation's seats are blocked in them, so each row is.
local function worth_after(search, record)
  local zone = search.zone
  if zone.block or record > zone.count then return record end
  local bytes = zone.legs[1]
  local at = seek(bytes, math.floor(number_at(zone.rows, record, 6, 12) / 4) - zone.base + 1, search.wish.quantity, PAIR_ON,
    DULL_ON, function() return text_of(zone) end)
  if not at then return zone.count + 1 end
  local seat = 4 * (zone.base + at - 1)
  -- Mostly the very next: only a longer way is worth a search.
  if number_at(zone.rows, record, 6, 12) + number_at(zone.rows, record, 13, 17) > seat then return record end
  return first_record(zone, record, function(middle)
    return number_at(zone.rows, middle, 6, 12) + number_at(zone.rows, middle, 13, 17) > seat
  end)
end

-- The same from `record` on backwards, in the bytes turned round.
local function worth_before(search, record)
  local zone = search.zone
  if zone.block or record < 1 then return record end
  zone.turned = zone.turned or string.reverse(zone.legs[1])
  local last = number_at(zone.rows, record, 6, 12) + number_at(zone.rows, record, 13, 17) - 1
  local from = #zone.turned - (math.floor(last / 4) - zone.base)
  local at = seek(zone.turned, from, search.wish.quantity, PAIR_BACK, DULL_BACK, function()
    zone.turned_text = zone.turned_text or string.reverse(text_of(zone))
    return zone.turned_text
  end)
  if not at then return 0 end
  local seat = 4 * (zone.base + #zone.turned - at) + 3
  if number_at(zone.rows, record, 6, 12) <= seat then return record end
  return math.min(record, first_record(zone, 1, function(middle) return number_at(zone.rows, middle, 6, 12) > seat end) - 1)
end

-- The next record from the wished row outwards, rows before it first where two are as near. `before` and `after` are the next of each
-- side, sought again only once they were taken; their rows, from the wished one.
local function next_record(search)
  local rows, wished = search.zone.rows, search.wish.row
  if not search.before_away then
    search.before = worth_before(search, search.before)
    search.before_away = search.before > 0 and wished - number_at(rows, search.before, 1, 5) or math.huge
  end
  if not search.after_away then
    search.after = worth_after(search, search.after)
    search.after_away = search.after <= search.zone.count and number_at(rows, search.after, 1, 5) - wished or math.huge
  end
  local before, after = search.before_away, search.after_away
  if before == math.huge and after == math.huge then return nil end
  if before <= after then
    search.before, search.before_away = search.before - 1, nil
    return search.before + 1, wished - before
  end
  search.after, search.after_away = search.after + 1, nil
  return search.after - 1, wished + after
end

-- Looks from the wished row outwards at the rows that may have what is wished for. `together` becomes the longest run of free seats in
-- them, `longer` is one that is longer, as text; `run` is what is wished for.
local function look_at_rows(search)
  search.run, search.together, search.longer = string.rep('0', search.wish.quantity), 0, '0'
  search.after = first_record(search.zone, 1, function(middle) return number_at(search.zone.rows, middle, 1, 5) >= search.wish.row end)
  search.before = search.after - 1
  local record, row = next_record(search)
  while record do
    local best = search.best
    if best and best[1] == 0 and best[2] == 0 and row ~= search.row then break end
    search.row = row
    weigh_block(search, record)
    record, row = next_record(search)
  end
end

local function count_in_blocks(zone, rows, low, high)
  local free = 0
  for record = 1, #rows / RECORD do
    local first, seats = number_at(rows, record, 6, 12), number_at(rows, record, 13, 17)
    if first >= low and first < high then
      local _, here = string.gsub(states_of_block(zone, first, seats), '0', '')
      free = free + here
    end
  end
  return free
end

-- How many seats of the kind are free. Of many rows Redis counts those that are not, which have one bit set of their two, and what
-- is left of the other kind between them is taken off; where seats may be blocked (both bits), or legs differ, row by row.
local function count_free(meta, hold, wish, zone)
  if zone.count == 0 then return 0 end
  local low = number_at(zone.rows, 1, 6, 12)
  local high = number_at(zone.rows, zone.count, 6, 12) + number_at(zone.rows, zone.count, 13, 17)
  local bytes_low, bytes_high = math.ceil(low / 4), math.floor(high / 4)
  if zone.count <= FEW_ROWS or #zone.legs > 1 or meta.blocked then return count_in_blocks(zone, zone.rows, low, high) end
  local offset = hold.from * meta.stride / 4
  local taken = redis.call('BITCOUNT', seats_key, whole(offset + bytes_low), whole(offset + bytes_high - 1))
  local edges = states_of_block(zone, low, 4 * bytes_low - low) .. states_of_block(zone, 4 * bytes_high, high - 4 * bytes_high)
  local _, at_edges = string.gsub(edges, '0', '')
  local others = redis.call('HGET', rows_key, wish.zone .. ':' .. (wish.kind == 'o' and 'a' or 'o')) or ''
  return 4 * (bytes_high - bytes_low) - taken + at_edges - count_in_blocks(zone, others, low, high)
end

-- Returns the first of the seats chosen; or nil, how many are free (of the kind), and how many of them side by side. What was looked
-- for in vain is remembered until some seat goes free: fewer can only be less, so the same answer costs nothing. By then, some of
-- those that it counts may be taken.
local function find_adjacent(meta, hold, wish)
  local memo = wish.zone .. ':' .. wish.kind .. ':' .. hold.from .. '-' .. hold.to
  local freed = redis.call('HGET', meta_key, 'freed') or '0'
  if not hold.block then
    local at, available, together = string.match(redis.call('HGET', prefix .. 'in-vain', memo) or '', '^(%d+)|(%d+)|(%d+)$')
    if at == freed and wish.quantity > tonumber(together) then return nil, tonumber(available), tonumber(together) end
  end
  local search = { wish = wish, zone = open_zone(meta, hold, wish) }
  look_at_rows(search)
  if search.best then return search.best[5] end
  local available = count_free(meta, hold, wish, search.zone)
  -- Rows that have but single seats were not looked at.
  local together = math.max(search.together, math.min(available, 1))
  if not hold.block then redis.call('HSET', prefix .. 'in-vain', memo, freed .. '|' .. available .. '|' .. together) end
  return nil, available, together
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
return best_wishes, choose_seats
end
