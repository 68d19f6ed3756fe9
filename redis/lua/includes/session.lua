--- Purpose: judges an access key (WAITING-ROOM §6): `<until ms> session` once claimed, `<until ms> key …` before.
-- Returns the session's end (ms), or nil and the refusal's code. A missing key always means ended or revoked.
local function session_end(access_key, now)
  local until_ms, kind = string.match(redis.call('GET', access_key) or '', '^(%d+) (%a+)')
  if not until_ms then return nil, 'session_ended' end
  if kind ~= 'session' then return nil, 'not_admitted' end
  until_ms = tonumber(until_ms)
  if until_ms <= now then return nil, 'session_ended' end
  return until_ms
end
