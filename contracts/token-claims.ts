import * as v from 'valibot';
import { roundSchema } from './rounds.ts';

/** The claims of every token kind (DESIGN §5), as they are checked after the signature. Times are seconds since 1970. */

export const TOKEN_TYPES = {
  queueTicket: 'queue-ticket+jwt',
  accessPass: 'access-pass+jwt',
  feedHello: 'feed-hello+jwt',
  holdReceipt: 'hold-receipt+jwt',
  operator: 'operator+jwt',
  revocationList: 'revocation-list+jwt',
} as const;

/** The hash of an identity (edge/identity/), where the room asked for one when the ticket was given. Never who it is. */
const identity = v.optional(v.string());

const registered = { iss: v.string(), iat: v.number(), exp: v.number() };
const audience = v.string();

export const queueTicketClaimsSchema = v.object({
  ...registered,
  aud: audience,
  sub: v.string(),
  lane: v.string(),
  /** Absent for those who joined in the lobby or in a round: their score comes from the draw. */
  score: v.optional(v.string()),
  /** The round of who joined a `random` room; the score follows from it once it is over. */
  round: v.optional(roundSchema),
  identity,
});
export type QueueTicketClaims = v.InferOutput<typeof queueTicketClaimsSchema>;

export const accessPassClaimsSchema = v.object({
  ...registered,
  aud: audience,
  sub: v.string(),
  room: v.string(),
  lane: v.string(),
  identity,
  jti: v.string(),
});
export type AccessPassClaims = v.InferOutput<typeof accessPassClaimsSchema>;

export const feedHelloClaimsSchema = v.object({
  ...registered,
  aud: audience,
  sub: v.string(),
  room: v.string(),
  lane: v.string(),
  score: v.optional(v.string()),
  round: v.optional(roundSchema),
});
export type FeedHelloClaims = v.InferOutput<typeof feedHelloClaimsSchema>;

/** One line of a hold: a reserved seat (`seatId`, quantity 1), or places in a general zone. Prices are minor units each. */
export const heldItemSchema = v.object({
  zoneId: v.string(),
  seatId: v.optional(v.string()),
  quantity: v.number(),
  priceMinor: v.number(),
  /** The allocation it is from: whoever held it brought its code. */
  blockId: v.optional(v.string()),
});
export type HeldItem = v.InferOutput<typeof heldItemSchema>;

export const holdReceiptClaimsSchema = v.object({
  ...registered,
  aud: audience,
  /** The owner: the pass subject, which is the ticket id. */
  sub: v.string(),
  room: v.string(),
  holdId: v.string(),
  performanceId: v.string(),
  items: v.array(heldItemSchema),
  /** Leg indexes [from, to) of a train run; a concert is [0, 1). */
  legs: v.tuple([v.number(), v.number()]),
  /** `epoch.n`. */
  fence: v.string(),
  identity,
  /** Seconds: no extension goes beyond this. */
  maxExp: v.number(),
});
export type HoldReceiptClaims = v.InferOutput<typeof holdReceiptClaimsSchema>;

/** Entry tickets of a performance (`sub`) that count no more, by their ids: 16 bytes each in base64url, which keeps the list short. */
export const revocationListClaimsSchema = v.object({
  ...registered,
  aud: audience,
  sub: v.string(),
  revoked: v.array(v.string()),
  /** Those of them that somebody else has now, by another ticket. */
  transferred: v.optional(v.array(v.string()), []),
});
export type RevocationListClaims = v.InferOutput<typeof revocationListClaimsSchema>;

export const OPERATOR_ROLES = ['viewer', 'door', 'operator', 'admin'] as const;
export type OperatorRole = (typeof OPERATOR_ROLES)[number];

export const operatorClaimsSchema = v.object({
  ...registered,
  aud: audience,
  sub: v.string(),
  role: v.picklist(OPERATOR_ROLES),
  jti: v.string(),
});
export type OperatorClaims = v.InferOutput<typeof operatorClaimsSchema>;

/** Whether `role` may do what needs `needed`; admin and operator see everything a viewer sees, door only checks in. */
export function roleAllows(role: OperatorRole, needed: OperatorRole): boolean {
  const rank: Record<OperatorRole, number> = { viewer: 0, door: 0, operator: 1, admin: 2 };
  if (needed === 'door') return role === 'door' || role === 'admin';
  return role !== 'door' && rank[role] >= rank[needed];
}
