--- Purpose: what the edge shows and limits by: its part of the room's config, and the board.
--- KEYS: 1 config, 2 board
--- ARGV: none
--- Returns: {edge config JSON or '', board JSON or ''}.
--- Cost: O(1).
return { redis.call('HGET', KEYS[1], 'edge') or '', redis.call('GET', KEYS[2]) or '' }
