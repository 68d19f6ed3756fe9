--- @include "inventory"
--- Purpose: last step of a load: sets the loaded marker, from when on holds are taken.
--- KEYS: 1–8 as in includes/inventory.lua
--- ARGV: 1 loader's token
--- Returns: loaded, version · superseded (another loader has taken over, or the room has a new epoch).
--- Cost: O(zones × legs).
local facts = redis.call('HMGET', meta_key, 'loader', 'epoch')
local epoch = redis.call('HGET', state_key, 'epoch')
if facts[1] ~= ARGV[1] or facts[2] ~= epoch then return { 'superseded' } end
-- A hold that was kept may have places of an allocation that has ended since: they are the zone's.
for _, field in ipairs(redis.call('HKEYS', zones_key)) do
  local zone, block, leg = string.match(field, '^([^/]+)/([^:]+):(%d+)$')
  if zone and redis.call('HGET', blocks_key, 'v:' .. block) ~= '1' then
    redis.call('HINCRBY', zones_key, zone .. ':' .. leg, redis.call('HGET', zones_key, field))
    redis.call('HDEL', zones_key, field)
  end
end
redis.call('HSET', meta_key, 'loaded', epoch)
redis.call('HDEL', meta_key, 'loader', 'loader_at')
return { 'loaded', epoch .. '.' .. redis.call('HGET', meta_key, 'n') }
