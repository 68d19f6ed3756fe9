--- Purpose: the numbers of the waiting room's law (WAITING-ROOM §1-3), in one place. Times are ms unless the name says otherwise.
local TICK_MS = 1000
local ANSWER_WINDOW_MS = 6000 -- 2 s cache + 2 s poll + the way there, with room to spare; open time, from the commit
local LOOKAHEAD_MS = 15000 -- how far ahead people are called: 2.5 answer windows
local MIN_CALL = 64 -- tickets a call covers at least, so that a run of ghosts costs one window, not twenty
local MAX_CALLS = 64 -- open calls of a lane at most; each lives one answer window, so a tick a second opens about seven
local NEAR_KNOWN_MS = 22000 -- 20 s far poll + 2 s cache: after this everyone awake knows that they are near
local OPEN_KNOWN_MS = 6000 -- lobby visitors look within 2 s of the opening, so they know sooner
local NEAR_AHEAD_MS = 60000
local NEAR_MIN = 256
local LATE_SHARE = 0.2
local SHOW_FLOOR, SHOW_START, SHOW_MEMORY = 0.05, 0.6, 128
local TURNOVER_MEMORY_MS = 30000
local ANSWER_MIN_MS, ANSWER_MAX_MS, GRACE_MS = 5000, 180000, 10000
local MAX_ELAPSED_MS = 3000 -- a worker that was away does not pay out what it missed
local MINUTE_MS = 60000
local REMEMBER_SILENT_MS = 3600000 -- how long the late time and the strikes of a silent ticket are kept
local KEY_TIDY_MS = 60000 -- how long an access key outlives its end: its value decides, the TTL only tidies
