--- @include "law"
--- @include "numbers"
--- @include "line"
--- Purpose: the seventh step of a tick: call, so that ready + expected answers cover what can be admitted within the lookahead, up to a
---   nearTo that everyone knows.
local function call_more(room, lane, share, show)
  local expected, known = 0, nil
  for _, call in ipairs(lane.calls) do expected = expected + math.max(0, call.count * show - call.answered) end
  for _, near in ipairs(lane.near) do if near[3] >= 0 and near[3] <= room.now then known = tonumber(near[1]) end end
  local missing = math.max(1, share) - lane.ready_count - expected
  if missing <= 0 or known == nil or #lane.calls >= MAX_CALLS then return end
  -- A round is called only when it is over, and its visitors have had the time to learn where they stand.
  if lane.uncallable_from then known = math.min(known, lane.uncallable_from - DRAW_STEP) end
  local wanted = math.max(MIN_CALL, math.ceil(missing / show))
  if #lane.lost == 0 then wanted = math.min(wanted, redis.call('ZCOUNT', lane.waiting, '-inf', digits(known))) end
  local to = wanted > 0 and score_at(lane, wanted)
  if not to then return end
  if #lane.lost > 0 then to = math.min(to, known) end
  -- A call never falls behind the one before it.
  if to <= lane.called_to then return end
  -- All of one score go together; ties are rare and a call must have a clean end.
  -- Where tickets are missing from the index nobody knows when all have answered: such a call runs its whole window.
  local unsure = #lane.lost > 0
  local count = take_up_to(lane, to)
  lane.calls[#lane.calls + 1] = { from = lane.called_to, to = to, count = unsure and RESTORED_CALL or count, answered = 0 }
  lane.waiting_count = count_waiting(lane)
  lane.called_to = to
end

-- Everyone is called at once, without a window: nobody is behind anybody.
local function call_all(lane)
  -- With all who were drawn around the last number.
  local to = math.max(lane.called_to, lane.counter + 1 - DRAW_STEP)
  take_up_to(lane, to)
  lane.lost = {}
  lane.called_to, lane.waiting_count = to, count_waiting(lane)
end

-- Where `reach` people wait. One number of a random lane may hold thousands, and nobody in an open round knows yet where they stand.
local function near_at(room, lane, reach)
  local near_to = lane.counter + (room.random and 1 - DRAW_STEP or reach - lane.waiting_count)
  if lane.waiting_count >= reach then near_to = score_at(lane, reach) end
  return lane.open_from and math.min(near_to, lane.open_from - DRAW_STEP) or near_to
end

-- How long it takes until all up to there know that they are near: those who all look at one moment know it soon.
local function known_after(room, lane, near_to)
  local ended = lane.ended_round
  local among_them = ended and lane.near_to >= ended - DRAW_STEP and near_to < ended + 1
  return (room.opening or among_them) and OPEN_KNOWN_MS or NEAR_KNOWN_MS
end

local function reach_near(room, lane, share, show)
  local reach = math.max(NEAR_MIN, math.ceil(share / LOOKAHEAD_MS * NEAR_AHEAD_MS / show))
  local near_to = near_at(room, lane, reach)
  if near_to > lane.near_to then
    lane.near[#lane.near + 1] = { digits(near_to), known_after(room, lane, near_to), -1 }
    lane.near_to = near_to
  end
  while #lane.near > 1 and lane.near[2][3] >= 0 and lane.near[2][3] <= room.now do table.remove(lane.near, 1) end
end

local function call(room)
  local line_weight = 0
  for _, lane in ipairs(room.lanes) do
    lane.waiting_count = count_waiting(lane)
    lane.in_line = lane.waiting_count > 0 or lane.ready_count > 0 or #lane.calls > 0
    if lane.in_line then line_weight = line_weight + lane.weight end
  end
  if not room.running then return end
  local free = room.slots - room.live + room.turnover * LOOKAHEAD_MS
  local supply = math.max(0, math.min(room.rate * LOOKAHEAD_MS / MINUTE_MS, free))
  for _, lane in ipairs(room.lanes) do
    local share = lane.in_line and supply * lane.weight / line_weight or supply
    local show = math.max(SHOW_FLOOR, lane.show)
    if room.passthrough then call_all(lane) elseif not room.sold_out then call_more(room, lane, share, show) end
    reach_near(room, lane, share, show)
  end
end
