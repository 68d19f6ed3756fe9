/**
 * The closed list of error codes. A code is a promise to callers: it never changes its meaning or its status.
 * Titles are public; anything internal belongs in the log, never in a problem document (RFC 9457 §3.1).
 */
export const ERRORS = {
  malformed_json: { status: 400, title: 'The body is not valid JSON' },
  room_required: { status: 400, title: 'Name the room in Onsale-Room' },
  idempotency_key_required: { status: 400, title: 'Send an Idempotency-Key' },
  idempotency_key_invalid: { status: 400, title: 'The Idempotency-Key is not usable' },
  signature_invalid: { status: 400, title: 'The signature is not valid' },
  return_url_refused: { status: 400, title: 'That return address is not allowed' },

  unauthenticated: { status: 401, title: 'A credential is needed' },
  ticket_invalid: { status: 401, title: 'The queue ticket is not valid' },
  ticket_expired: { status: 401, title: 'The queue ticket has expired' },
  pass_invalid: { status: 401, title: 'The access pass is not valid' },
  receipt_invalid: { status: 401, title: 'The hold receipt is not valid' },

  forbidden: { status: 403, title: 'That is not allowed' },
  not_admitted: { status: 403, title: 'Only admitted visitors may do this' },
  session_ended: { status: 403, title: 'The session has ended' },
  room_rejecting: { status: 403, title: 'The room takes nobody in' },
  room_closed: { status: 403, title: 'The room is closed' },
  ticket_wrong_room: { status: 403, title: 'The queue ticket belongs to another room' },
  challenge_required: { status: 403, title: 'Solve the challenge first' },
  challenge_failed: { status: 403, title: 'The challenge was not solved' },
  identity_required: { status: 403, title: 'This room asks for an identity' },
  identity_invalid: { status: 403, title: 'The identity is not valid' },
  code_invalid: { status: 403, title: 'The code is not valid' },

  not_found: { status: 404, title: 'There is nothing here' },
  room_not_found: { status: 404, title: 'There is no such room' },
  performance_not_found: { status: 404, title: 'There is no such performance' },
  event_not_found: { status: 404, title: 'There is no such event' },
  method_not_allowed: { status: 405, title: 'This address does not take that method' },

  room_exists: { status: 409, title: 'There is a room of that name' },
  id_taken: { status: 409, title: 'There is one of that id already' },
  identity_in_line: { status: 409, title: 'This identity already stands in line' },
  seats_unavailable: { status: 409, title: 'Some of these seats are no longer free' },
  zone_sold_out: { status: 409, title: 'This zone has too few places left' },
  limit_reached: { status: 409, title: 'A limit is reached' },
  extension_refused: { status: 409, title: 'The hold cannot be extended' },
  hold_expired: { status: 409, title: 'The hold has expired' },
  hold_lost: { status: 409, title: 'The hold is gone' },
  offer_ended: { status: 409, title: 'The offer has ended' },
  hold_already_booked: { status: 409, title: 'The hold is already booked' },
  booking_not_payable: { status: 409, title: 'The booking takes no payment in its present state' },
  booking_not_cancellable: { status: 409, title: 'The booking cannot be cancelled in its present state' },
  booking_not_refundable: { status: 409, title: 'The booking has nothing, or not so much, to give back' },
  booking_not_confirmed: { status: 409, title: 'The booking is not confirmed' },
  entry_ticket_not_transferable: { status: 409, title: 'The entry ticket cannot be given to somebody else any more' },
  entry_ticket_not_returnable: { status: 409, title: 'The entry ticket cannot be taken back' },
  entry_ticket_revoked: { status: 409, title: 'The entry ticket is not valid any more' },
  erasure_refused: { status: 409, title: 'The data is still needed for what is booked' },
  idempotency_key_in_flight: { status: 409, title: 'The same request is under way' },

  ticket_spent: { status: 410, title: 'The queue ticket is spent' },
  stale: { status: 412, title: 'The version has moved on' },
  payload_too_large: { status: 413, title: 'The body is too large' },
  uri_too_long: { status: 414, title: 'The address is too long' },
  unsupported_media_type: { status: 415, title: 'Send application/json' },
  invalid_request: { status: 422, title: 'Some fields are not valid' },
  lane_unknown: { status: 422, title: 'There is no such lane in this room' },
  idempotency_key_reused: { status: 422, title: 'The Idempotency-Key was used with another body' },
  rate_limited: { status: 429, title: 'Too many requests' },
  headers_too_large: { status: 431, title: 'The headers are too large' },

  internal: { status: 500, title: 'Something went wrong here' },
  challenge_unavailable: { status: 503, title: 'The challenge cannot be checked now' },
  payment_provider_unavailable: { status: 503, title: 'The payment provider does not answer' },
  busy: { status: 503, title: 'Too busy to take this now' },
  inventory_rebuilding: { status: 503, title: 'The inventory is being rebuilt' },
  room_recovering: { status: 503, title: 'The room is recovering' },
  store_unavailable: { status: 503, title: 'A store does not answer' },
} as const satisfies Record<string, { status: number; title: string }>;

/** One of the closed list of codes. */
export type ErrorCode = keyof typeof ERRORS;

/** One refused field of a request: `path` is a dotted path into the body or query (`items.0.quantity`). */
export type FieldError = { path: string; message: string };

/** What may be added to a problem beside its code. Everything here is public. */
export type ProblemDetails = {
  /** One public sentence. */
  detail?: string;
  /** Whole seconds for `Retry-After`. */
  retryAfterSeconds?: number;
  errors?: FieldError[];
  /** Whether this refusal was given before for the same Idempotency-Key. */
  replayed?: boolean;
  /** Extension members named in API.md, for example `seats`, `available` or `limit`. */
  extra?: Record<string, unknown>;
};

/** An RFC 9457 problem document as it goes over the wire. */
export type Problem = {
  type: string;
  title: string;
  status: number;
  code: ErrorCode;
  detail: string;
  requestId: string;
  errors?: FieldError[];
} & Record<string, unknown>;

/** The media type of every error answer. */
export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/** Codes that are worth a later try: they always carry `Retry-After` (1 s when nothing else is said). */
export const isRetryable = (code: ErrorCode): boolean =>
  ERRORS[code].status === 503 || code === 'rate_limited' || code === 'idempotency_key_in_flight';

/** Builds the problem document for a code. Pure; the caller sets status and headers (`problemHeaders`). */
export function toProblem(code: ErrorCode, requestId: string, details: ProblemDetails = {}): Problem {
  const { status, title } = ERRORS[code];
  return {
    ...details.extra,
    type: `urn:onsale:error:${code}`,
    title,
    status,
    code,
    detail: details.detail ?? `${title}.`,
    requestId,
    ...(details.errors ? { errors: details.errors } : {}),
  };
}

/** The headers that belong to a problem: media type, no caching, `Retry-After` where a retry makes sense. */
export function problemHeaders(code: ErrorCode, details: ProblemDetails = {}): Record<string, string> {
  const headers: Record<string, string> = { 'content-type': PROBLEM_MEDIA_TYPE, 'cache-control': 'no-store' };
  const retryAfter = details.retryAfterSeconds ?? (isRetryable(code) ? 1 : undefined);
  if (retryAfter !== undefined) headers['retry-after'] = String(Math.max(1, Math.ceil(retryAfter)));
  if (details.replayed === true) headers['idempotency-replayed'] = 'true';
  return headers;
}
