import * as v from 'valibot';
import { toBase64Url } from '../../platform/random.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import { takeLimit } from '../../redis/take-limit.ts';
import type { EdgeContext } from '../http/context.ts';
import { withDeadline } from '../../redis/store-deadline.ts';
import type { TurnstileConfig } from '../ports.ts';

/** How long the verifier may take, in ms: it usually answers in a tenth of that, and the visitor waits for a place. */
const VERIFY_WITHIN_MS = 2000;
/** A token's life, in ms; the verifier refuses it afterwards by itself. */
const TOKEN_LIFE_MS = 5 * 60_000;
/** What the verifier says of a token that is not good; anything else it minds is ours to mend. */
const TOKEN_FAULTS = new Set(['missing-input-response', 'invalid-input-response', 'timeout-or-duplicate']);

const verdictSchema = v.object({
  success: v.boolean(),
  cdata: v.nullish(v.string()),
  'error-codes': v.optional(v.array(v.string()), []),
});

/** The edge's Turnstile keys. Throws `challenge_unavailable`, and says so in the log, where a room asks for what the edge has not got. */
export function turnstileConfig(c: EdgeContext, room: string): TurnstileConfig {
  const { config, log } = c.get('ports');
  if (config.turnstile !== null) return config.turnstile;
  log.error(
    { room },
    'the room asks for Turnstile, and ONSALE_TURNSTILE_SITE_KEY and ONSALE_TURNSTILE_SECRET are not set',
  );
  throw unavailable('This room asks for a check that this edge is not set up for.');
}

/**
 * Whether a token of the widget is good for one join of the room, by the siteverify protocol
 * (developers.cloudflare.com/turnstile, "Server-side validation"). The verifier takes a token once; so do we, for a verifier that
 * forgets. Throws `challenge_unavailable` when there is no verdict in time, `store_unavailable`: without a verdict nobody joins.
 */
export async function passesTurnstile(c: EdgeContext, room: string, token: string): Promise<boolean> {
  const verdict = await askVerifier(c, turnstileConfig(c, room), token);
  if (!verdict.success) {
    const ours = verdict['error-codes'].filter((fault) => !TOKEN_FAULTS.has(fault));
    if (ours.length === 0) return false;
    c.get('ports').log.error({ room, faults: ours }, 'the Turnstile verifier refuses the edge, not the visitor');
    throw unavailable();
  }
  // Who solved it in another room has not solved it in this one; a page of the shop's own may have named none.
  if (typeof verdict.cdata === 'string' && verdict.cdata !== room) return false;
  const { store, clock } = c.get('ports');
  // The verifier's time is not the store's: what comes now has its whole budget.
  c.set('store', withDeadline(store(), clock));
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token));
  const once = { name: 'solved', subject: toBase64Url(new Uint8Array(digest)), max: 1, windowMs: TOKEN_LIFE_MS };
  return (await takeLimit(c.get('store'), once)).allowed;
}

async function askVerifier(
  c: EdgeContext,
  { secret, verifyUrl }: TurnstileConfig,
  token: string,
): Promise<v.InferOutput<typeof verdictSchema>> {
  const { turnstile, clientAddress, log } = c.get('ports');
  const address = clientAddress(c.req.raw);
  const fields = { secret, response: token, ...(address === 'unknown' ? {} : { remoteip: address }) };
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), VERIFY_WITHIN_MS);
  try {
    const answer = await turnstile(
      // A redirect would carry the secret elsewhere.
      new Request(verifyUrl, {
        method: 'POST',
        body: new URLSearchParams(fields),
        redirect: 'manual',
        signal: abort.signal,
      }),
    );
    return v.parse(verdictSchema, await answer.json());
  } catch (error) {
    // Refused, hanging, or an answer that is no verdict: all the same to the visitor.
    log.error({ err: error }, 'the Turnstile verifier gave no verdict');
    throw unavailable();
  } finally {
    clearTimeout(timer);
  }
}

const unavailable = (detail = 'The check that keeps robots out does not answer.') =>
  new OperatingError('challenge_unavailable', { detail });
