/** Every bound that two processes share, with its unit and its reason. Bounds of one process live beside their use. */

/** Largest JSON body a call takes, in bytes: a hold of 50 seats is 2 KB; anything larger is a mistake or an attack. */
export const MAX_BODY_BYTES = 64 * 1024;
/** Largest file of an import, in bytes: 200,000 seats with ids, names and offsets; nothing else is let in so large. */
export const MAX_IMPORT_BYTES = 16 * 1024 * 1024;
/** Deepest JSON nesting a call takes: our deepest body has 4 levels. */
export const MAX_JSON_DEPTH = 16;
/** Most seats (or places) in one hold, whatever the room's own limit says. */
export const MAX_HOLD_SEATS = 50;
/** Most different items (zones) in one hold. */
export const MAX_HOLD_ITEMS = 10;
/** A hold's first life in seconds (BOOKING §2). */
export const HOLD_TTL_SECONDS = 600;
/** How far one extension moves a hold's end, in seconds. */
export const HOLD_EXTENSION_SECONDS = 300;
/** A hold's longest life from its creation, in seconds. */
export const HOLD_MAX_SECONDS = 1200;
/** How long a hold may outlive its pass, in seconds: a session that ends in mid-checkout costs nobody their seats. */
export const HOLD_BEYOND_SESSION_SECONDS = 300;
/** How long an unpaid booking keeps its seats, in seconds (`payBy`). */
export const PAY_BY_SECONDS = 600;
/** How long an offer to one who waits stands, in seconds: long enough to read a mail (BOOKING §7). */
export const OFFER_TTL_SECONDS = 900;
/** How much longer an accepted offer stands than the hold made of it, in seconds: a booking of it is committed by then. */
export const OFFER_MARGIN_SECONDS = 60;
/** Largest party that may wait, and entries that one e-mail may have of a performance. */
export const MAX_PARTY_SIZE = 10;
export const MAX_WAITLIST_ENTRIES = 3;
/** How long a ticket that was given away can be taken back, hours: until a wrong address is noticed, and not for long. */
export const TAKE_BACK_HOURS = 24;
/** A queue ticket's life in seconds: one day covers any sale. */
export const QUEUE_TICKET_TTL_SECONDS = 24 * 3600;
/** A feed token's life in seconds: it is used at once. */
export const FEED_TOKEN_TTL_SECONDS = 60;
/** Longest idempotency key, in characters. */
export const MAX_IDEMPOTENCY_KEY_LENGTH = 255;
/** How long the answer to a hold or an extension is replayed, in seconds: longer than any hold lives (ADR 5). */
export const HOLD_RECORD_SECONDS = HOLD_MAX_SECONDS + 300;
/** How long any other stored answer is replayed, in seconds. */
export const IDEMPOTENCY_TTL_SECONDS = 24 * 3600;
/** Largest frame a feed client may send, in bytes. */
export const MAX_FEED_FRAME_BYTES = 4096;
/** Largest board, in bytes (WAITING-ROOM §4): it is read by everyone who waits. */
export const MAX_BOARD_BYTES = 4096;
