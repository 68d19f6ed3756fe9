--- Purpose: lists as arguments, so many at once as Lua's stack carries: one command for a thousand tickets instead of a thousand commands.
local CHUNK = 1000 -- even, for pairs

local function each_chunk(list, use)
  for from = 1, #list, CHUNK do use(unpack(list, from, math.min(#list, from + CHUNK - 1))) end
end

-- The replies to all chunks in one list: what MGET, ZMSCORE and the like say of each entry.
local function ask_chunks(list, ask)
  local replies = {}
  each_chunk(list, function(...)
    for _, reply in ipairs(ask(...)) do replies[#replies + 1] = reply end
  end)
  return replies
end
