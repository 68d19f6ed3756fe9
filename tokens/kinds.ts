import {
  accessPassClaimsSchema,
  feedHelloClaimsSchema,
  holdReceiptClaimsSchema,
  operatorClaimsSchema,
  queueTicketClaimsSchema,
  revocationListClaimsSchema,
  TOKEN_TYPES,
} from '../contracts/token-claims.ts';

/** The kinds of DESIGN §5: each has one algorithm and one `typ`, so a token of one kind never passes as another. */
export const QUEUE_TICKET = { typ: TOKEN_TYPES.queueTicket, alg: 'HS256', schema: queueTicketClaimsSchema } as const;
export const ACCESS_PASS = { typ: TOKEN_TYPES.accessPass, alg: 'EdDSA', schema: accessPassClaimsSchema } as const;
export const FEED_HELLO = { typ: TOKEN_TYPES.feedHello, alg: 'EdDSA', schema: feedHelloClaimsSchema } as const;
export const HOLD_RECEIPT = { typ: TOKEN_TYPES.holdReceipt, alg: 'EdDSA', schema: holdReceiptClaimsSchema } as const;
export const OPERATOR_TOKEN = { typ: TOKEN_TYPES.operator, alg: 'EdDSA', schema: operatorClaimsSchema } as const;
export const REVOCATION_LIST = {
  typ: TOKEN_TYPES.revocationList,
  alg: 'EdDSA',
  schema: revocationListClaimsSchema,
} as const;

/** Audiences: who a token is for. */
export const CORE_AUDIENCE = 'core';
export const FEED_AUDIENCE = 'feed';
export const GATE_AUDIENCE = 'gate';
/** One room's tickets say nothing in another. */
export const queueAudience = (room: string): string => `queue:${room}`;
