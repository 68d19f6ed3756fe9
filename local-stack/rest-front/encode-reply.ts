/** A reply of Redis (RESP2) as the client library hands it over when asked for bytes; errors stand inside EXEC's array. */
export type RespReply = Buffer | number | null | Error | readonly RespReply[];

/** Whether a reply is a list of replies, such as EXEC's. */
export function isList(reply: RespReply): reply is readonly RespReply[] {
  return Array.isArray(reply);
}

/** What stands for a reply in the JSON answer. */
export type JsonReply = string | number | null | readonly JsonReply[];

/**
 * Turns a reply into JSON. With `base64` every string at every depth is base64, except an `OK` that is the whole reply,
 * as the official service does (`Upstash-Encoding: base64`).
 */
export function encodeReply(reply: RespReply, base64: boolean): JsonReply {
  if (base64 && Buffer.isBuffer(reply) && reply.length === 2 && reply.toString('latin1') === 'OK') return 'OK';
  return encode(reply, base64 ? 'base64' : 'utf8');
}

function encode(reply: RespReply, encoding: 'base64' | 'utf8'): JsonReply {
  if (Buffer.isBuffer(reply)) return reply.toString(encoding);
  if (reply === null || typeof reply === 'number') return reply;
  if (reply instanceof Error) return Buffer.from(reply.message).toString(encoding);
  return reply.map((item) => encode(item, encoding));
}
