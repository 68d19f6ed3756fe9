import type {
  AccessPassClaims,
  FeedHelloClaims,
  HoldReceiptClaims,
  OperatorClaims,
} from '../contracts/token-claims.ts';
import { createMessageLinks, type MessageLinks } from './bookings/message-links.ts';
import { verifyAccessPass } from '../tokens/access-pass.verify.ts';
import { verifyFeedHello } from '../tokens/feed-hello.verify.ts';
import { nodeEd25519 } from '../tokens/ed25519.node.ts';
import { holdReceiptClaims, signHoldReceipt, type HoldReceipt } from '../tokens/hold-receipt.sign.ts';
import { verifyHoldReceipt } from '../tokens/hold-receipt.verify.ts';
import type { SigningKey, Verified } from '../tokens/jwt.ts';
import { ed25519SigningKey, localKeys, publicKeySet } from '../tokens/key-set.ts';
import { claimsIssuer, verifyOidcToken, type OidcClaims } from '../tokens/oidc-token.verify.ts';
import { verifyOperatorToken } from '../tokens/operator-token.verify.ts';
import { remoteKeys } from '../tokens/remote-key-set.ts';
import { createVerifiedCache } from '../tokens/verified-cache.ts';
import type { CoreConfig } from './config.ts';

type Verify<T> = (token: string, nowMs: number) => Promise<Verified<T>>;

/** The keys of core as verbs; tokens verified once are remembered until their end. */
export type CoreKeys = {
  /** Signs hold receipts and entry tickets. */
  signing: SigningKey;
  /** What `/.well-known/jwks.json` shows. */
  published: ReturnType<typeof publicKeySet>;
  /** Signs a hold's receipt. This process takes it back without checking the signature again. */
  signReceipt(hold: HoldReceipt): Promise<string>;
  /** Tokens that open bookings from messages, and entry tickets that were given to somebody. */
  bookingLinks: MessageLinks;
  ticketLinks: MessageLinks;
  verifyPass: Verify<AccessPassClaims>;
  /** The token of a minute by which a feed's socket begins: whoever has one has a place in a room. */
  verifyPlace: Verify<FeedHelloClaims>;
  verifyReceipt: Verify<HoldReceiptClaims>;
  verifyOperator: Verify<OperatorClaims>;
  /** Tokens of the identity provider; null where none is configured. */
  oidc: { isFor(token: string): boolean; verify: Verify<OidcClaims> } | null;
};

/** Prepares core's keys. `passKeys` are the edge's published ones; tests bring their own. */
export async function createCoreKeys(
  config: Pick<CoreConfig, 'origin' | 'coreKeys' | 'operatorKeys' | 'edgeJwksUrl' | 'oidc'>,
  passKeys = remoteKeys(config.edgeJwksUrl),
): Promise<CoreKeys> {
  const issuer = config.origin;
  const ownKeys = localKeys(config.coreKeys);
  const operatorKeys = localKeys(config.operatorKeys);
  const signing = await ed25519SigningKey(config.coreKeys, nodeEd25519);
  const verifyReceipt = createVerifiedCache<HoldReceiptClaims>((token, nowMs) =>
    verifyHoldReceipt(ownKeys, token, { issuer, nowMs }),
  );
  return {
    signing,
    published: publicKeySet(config.coreKeys),
    bookingLinks: createMessageLinks('booking', config.coreKeys),
    ticketLinks: createMessageLinks('entryTicket', config.coreKeys),
    verifyPass: createVerifiedCache((token, nowMs) => verifyAccessPass(passKeys, token, { issuer, nowMs })),
    verifyPlace: (token, nowMs) => verifyFeedHello(passKeys, token, { issuer, nowMs }),
    async signReceipt(hold) {
      const receipt = await signHoldReceipt(signing, hold);
      verifyReceipt.remember(receipt, holdReceiptClaims(hold));
      return receipt;
    },
    verifyReceipt,
    verifyOperator: createVerifiedCache((token, nowMs) => verifyOperatorToken(operatorKeys, token, { issuer, nowMs })),
    oidc: config.oidc === null ? null : createOidcKeys(config.oidc),
  };
}

function createOidcKeys(provider: NonNullable<CoreConfig['oidc']>): CoreKeys['oidc'] {
  const keys = remoteKeys(provider.jwksUrl);
  return {
    isFor: (token) => claimsIssuer(token, provider.issuer),
    verify: createVerifiedCache((token, nowMs) => verifyOidcToken(provider, keys, token, nowMs)),
  };
}
