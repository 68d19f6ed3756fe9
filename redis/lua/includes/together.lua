--- Purpose: answers several requests in one run of a script. What a run costs whatever it does (its functions, made anew each time, the
---   inventory's facts, the time) is then paid once; redis/gather-requests.node.ts puts those of one turn of the event loop together.
--- One that is refused must not refuse the others, so a refusal is a reply like any: 'refused', its text. Each reply is one text, 'a|b|c':
--- as lists they cost whoever reads them a buffer and a string for each value.
local function requests_of(shared, each)
  return (#KEYS - shared.keys) / each.keys
end

-- `shared`, `each`: how many keys and args are of all, and of one request. `answer(k, a)` answers the one whose keys begin behind
-- KEYS[k] and whose args behind ARGV[a].
local function answer_each(shared, each, answer)
  local replies = {}
  for n = 1, requests_of(shared, each) do
    local reply = answer(shared.keys + (n - 1) * each.keys, shared.args + (n - 1) * each.args)
    replies[n] = reply.err and 'refused|' .. reply.err or table.concat(reply, '|')
  end
  return replies
end
