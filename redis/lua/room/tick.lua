--- @include "now"
--- Purpose: one tick of a room (WAITING-ROOM §3): expire, allow, admit in batches by access keys, call, make the board. Nothing of it
---   counts until commit-tick: keys are not claimable, the board is not out, the windows of new calls have not begun.
--- KEYS: 1 config, 2 state, 3 live, 4 spent, 5 facts, 6 ring, then per lane: waiting, ready, ready-seen, late, answers, calls.
---   Access keys are named from ARGV[2]: they carry the same hash tag, so they live in the same slot.
--- ARGV: 1 epoch, 2 access key prefix, 3 room, 4 last tick that Postgres has, 5 the autopilot's rate (people a minute), 6 the most it lets
---   inside (people), both '' without an autopilot, then the lanes' names in the order of their keys
--- Returns: {'lost'} for another epoch's or an older state than Postgres has, {'skipped', periods ahead of Redis time} for a period already
---   done; {'ticked' or 'pending' for one that somebody still has to commit (the windows of its keys begin anew), numbers JSON (tick, at,
---   configVersion, opened, liveUntil, lanes), board JSON, admissions as text, how many of the list of facts belong to it}. A line of
---   admissions: lane, ready or late, then id and score of each. A fact: what, id, at, until, exp (ms), or for keys that ended at one moment:
---   ended, expired or unclaimed, at (ms), then up to 1000 ids.
--- Cost: O(admitted × log + expired × log + 64 marks per lane + who was to answer again in the second before).
local config_key, state_key, live_key, spent_key, facts_key, ring_key = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
--- @include "tick-room"
--- @include "tick-expire"
--- @include "tick-allowance"
--- @include "tick-admit"
--- @include "tick-call"
--- @include "tick-result"
--- @include "tick-renew"

-- Refuse a stranger's epoch and an uncommitted past; skip a period already done.
local s = hash(state_key)
if not s.epoch or s.epoch ~= ARGV[1] then return { 'lost' } end
local last_tick = number_or(s.tick, 0)
-- Postgres writes a tick only after Redis had it: an older tick here is an older snapshot.
if last_tick < tonumber(ARGV[4]) then return { 'lost' } end
if number_or(s.committed, 0) < last_tick then
  -- Begun by a version that kept it otherwise: nothing of it counts yet, so a restore may take its place.
  if not s.pendingAdmitted then return { 'lost' } end
  local result = pending_result(s)
  renew_keys(s, hash(config_key), result, now_ms())
  return reply_with('pending', result)
end
local room = read_tick(s, hash(config_key), now_ms())
if room.period <= last_tick then return { 'skipped', last_tick - room.period } end

-- Lua's garbage waits until the tick is over, and is collected step by step by the scripts that follow. Should this one fail in between, Redis
-- itself takes collecting up again: it steps the collector once in fifty scripts.
collectgarbage('stop')
expire(room)
allow(room)
admit(room)
call(room)
local result = result_of(room, math.min(redis.call('LLEN', facts_key), MAX_FACTS))
write_state(room, result)
collectgarbage('restart')
return reply_with('ticked', result)
