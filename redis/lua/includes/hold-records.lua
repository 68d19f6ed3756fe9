--- @include "now"
--- Purpose: what a script needs that only reads or rewrites the record of a hold: the inventory's facts, records, ends. Apart from
---   includes/inventory.lua, since Redis makes every function of a script anew in each run, and sixty of them cost as much as twenty commands.
--- KEYS and what they hold: includes/inventory.lua.
local meta_key, seats_key, zones_key, holds_key = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local claims_key, deltas_key, bookings_key, state_key = KEYS[5], KEYS[6], KEYS[7], KEYS[8]
local prefix = string.sub(meta_key, 1, -5)
local room_prefix, performance = string.match(prefix, '^(.*:)inv:(.*):$')

-- A whole number as text, all its digits. Redis would print a Lua number as a float, which costs ten times as much.
local function whole(number)
  return string.format('%d', number)
end

local function refuse(code)
  return redis.error_reply('ONSALE ' .. code)
end

-- The inventory's facts, or nil unless it is loaded for the room's present epoch.
local function read_meta()
  local found = redis.call('HMGET', meta_key, 'loaded', 'stride', 'legs', 'blocked', 'waited')
  local epoch = redis.call('HGET', state_key, 'epoch')
  if not epoch or found[1] ~= epoch then return nil end
  return {
    epoch = epoch, stride = tonumber(found[2]), legs = tonumber(found[3]), blocked = found[4] == '1', waited = found[5] == '1',
  }
end

local function version_of(meta)
  return meta.epoch .. '.' .. redis.call('HGET', meta_key, 'n')
end

local function read_hold(id)
  local text = redis.call('GET', prefix .. 'hold:' .. id)
  if not text then return nil end
  local f = {}
  for field in string.gmatch(text .. '|', '([^|]*)|') do f[#f + 1] = field end
  return {
    id = id, owner = f[1], from = tonumber(f[2]), to = tonumber(f[3]), seats = f[4], zones = f[5], places = f[6],
    max = f[7], fence = f[8], booking = f[9], before = f[10], subject = f[11] or f[1], block = f[12] ~= '' and f[12] or nil,
  }
end

local function write_hold(h)
  local fields = { h.owner, h.from, h.to, h.seats, h.zones, h.places, h.max, h.fence, h.booking, h.before, h.subject, h.block or '' }
  redis.call('SET', prefix .. 'hold:' .. h.id, table.concat(fields, '|'))
end

-- When the hold ends (ms); nil when it is over: at its end it is.
local function end_of(id, now)
  local ends = tonumber(redis.call('ZSCORE', holds_key, id) or '')
  return ends and ends > now and ends or nil
end
