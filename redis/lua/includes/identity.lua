--- @include "ticket"
--- @include "give-up"
--- Purpose: one place per identity (DESIGN §5). `{r:<room>}:identity:<hash>` names the ticket that has the identity: "<ticket id> <ticket's
---   end ms> <score, where a join wrote it>", tidied by a TTL of the ticket's life. Nothing deletes it sooner: a ticket that is over (past
---   its end, or spent and without a session) has nothing to keep, which is judged here by what the room knows of the ticket anyway, also
---   after a restore. After a loss the index is empty and tickets bring their identity back. Two of one identity may meet then: a session
---   is never cut; who has an access key goes before who waits; of two that wait the ticket given first stays. (Not the lower score: in a
---   draw the second ticket would be a second try at the lot.) The other is spent.
local function read_holder(identity_key)
  local id, end_ms, score = string.match(redis.call('GET', identity_key) or '', '^(%S+) (%d+) ?(%S*)$')
  return id and { id = id, end_ms = tonumber(end_ms), score = tonumber(score) } or nil
end

-- The own entry of a ticket id that joins as new: its first join took a place, and only the answer was lost (ADR 7).
local function joined_before(identity_key, id)
  local holder = read_holder(identity_key)
  return holder and holder.id == id and holder or nil
end

-- Access keys of other tickets are named from the own one's prefix: same slot.
local function live_access(room, access_key)
  local access = read_access(access_key)
  return access and access.until_ms > room.now and access or nil
end
local function access_of(room, id, own_id, own_key)
  return live_access(room, string.sub(own_key, 1, #own_key - #own_id) .. id)
end

-- Whether another ticket stands in line, or is inside, with this identity.
local function taken_by_other(room, identity_key, id, access_key)
  local holder = read_holder(identity_key)
  if not holder or holder.id == id or holder.end_ms <= room.now then return nil end
  holder.access = access_of(room, holder.id, id, access_key)
  if not holder.access and redis.call('ZSCORE', spent_key, holder.id) then return nil end
  return holder
end

local function take_identity(room, identity_key, id, end_ms, score)
  redis.call('SET', identity_key, id .. ' ' .. digits(end_ms) .. (score and ' ' .. digits(score) or ''), 'PX', digits(math.max(1, end_ms - room.now) + KEY_TIDY_MS))
end

-- Whether a ticket that comes back keeps its place; when another ticket of its identity goes before it, it is given up here.
local function keeps_identity(room, identity_key, id, score, end_ms, access_key)
  local holder = read_holder(identity_key)
  if holder and holder.id == id then return true end
  local access = live_access(room, access_key)
  -- What is spent keeps nothing and takes nothing.
  if not access and redis.call('ZSCORE', spent_key, id) then return true end
  local other = taken_by_other(room, identity_key, id, access_key)
  if other then
    local session = access and access.session
    if not session and (other.access or (not access and other.end_ms <= end_ms)) then
      give_up(room, id, score, end_ms, access_key)
      return false
    end
    -- Two sessions, from before and after the loss: both run on, the index stays with who is in it.
    if session and other.access and other.access.session then return true end
  end
  take_identity(room, identity_key, id, end_ms, score)
  return true
end
