import type { FeedHelloClaims } from '../../contracts/token-claims.ts';
import { turnNoticeRequestSchema, type TurnNotice } from '../../contracts/turn-notices.ts';
import { deleteTurnNotices, putTurnNotice, type NewTurnNotice } from '../../db/queries/turn-notices.ts';
import { clientSubject } from '../../platform/client-subject.ts';
import { newId } from '../../platform/id.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import { toBase64Url } from '../../platform/random.ts';
import { takeLimit, type Limit } from '../../redis/take-limit.ts';
import { createSignInHashes } from '../accounts/secrets.ts';
import { normaliseEmail } from '../bookings/normalise-email.ts';
import type { CoreDeps } from '../deps.ts';
import type { CoreApp } from '../http/context.ts';
import { readBearer } from '../http/credentials.ts';
import { bodyHash, requireIdempotencyKey } from '../http/idempotency-key.ts';
import { invalidRequest, readJson } from '../http/json-body.ts';
import { whileProgressing } from '../http/while-progressing.ts';
import { runIdempotent, sendAnswer } from '../idempotency/run-idempotent.ts';
import { pickLanguage } from '../notifications/language.ts';

const MINUTE_MS = 60_000;
/** Wishes of one client: an office behind one address waits within it. */
const PER_CLIENT = { max: 60, windowMs: 10 * MINUTE_MS };
/** Wishes for one mail address, whoever has them: two mails come of each, and a stranger may have entered it. */
const PER_ADDRESS = { max: 5, windowMs: 24 * 60 * MINUTE_MS };

/** Telling those who wait, and who asked for it, that their turn is near. Whose place it is says the token by which a feed's socket begins. */
export function register(app: CoreApp, deps: CoreDeps): void {
  app.post('/v1/turn-notices', async (c) => {
    const place = await requirePlace(deps, c.req.raw.headers);
    const key = requireIdempotencyKey(c.req.raw.headers);
    const wish = await readJson(c.req.raw, turnNoticeRequestSchema);
    await limit(deps, {
      name: 'turn-notices',
      subject: clientSubject(c.get('clientAddress') ?? 'direct'),
      ...PER_CLIENT,
    });
    const language = pickLanguage(c.req.header('accept-language'));
    const notice: NewTurnNotice = { id: newId(), ...toPlace(place), language, ...(await toAddress(deps, wish)) };
    const keyed = {
      caller: `turn:${place.room}:${place.sub}`,
      key,
      bodyHash: bodyHash('POST /v1/turn-notices', wish),
      credential: null,
    };
    const answer = await runIdempotent(deps, keyed, async (tx) => {
      if (!(await putTurnNotice(tx, notice)))
        throw new OperatingError('not_found', { detail: 'Nothing is sent that way here.' });
      const body: TurnNotice = { room: place.room, channel: notice.channel };
      return { status: 201, body };
    });
    return sendAnswer(c, answer);
  });

  app.delete('/v1/turn-notices', async (c) => {
    const { room, sub: ticketId } = await requirePlace(deps, c.req.raw.headers);
    await whileProgressing(deps.sql, () => deleteTurnNotices(deps.sql, { room, ticketId }));
    return c.body(null, 204, { 'cache-control': 'no-store' });
  });
}

/** A place by its token of a minute. Refuses: `unauthenticated`. */
async function requirePlace(
  { keys, clock }: Pick<CoreDeps, 'keys' | 'clock'>,
  headers: Headers,
): Promise<FeedHelloClaims> {
  const token = readBearer(headers);
  const result = token === null ? null : await keys.verifyPlace(token, clock.nowMs());
  if (result?.ok !== true) throw new OperatingError('unauthenticated');
  return result.claims;
}

const toPlace = ({ room, sub, lane, score, round }: FeedHelloClaims) => ({
  room,
  ticketId: sub,
  lane,
  score: score === undefined ? null : Number(score),
  round: round ?? null,
});

/** Where it goes. Refuses: `not_found` (nothing is pushed here), `invalid_request`, `rate_limited`. */
async function toAddress(
  deps: CoreDeps,
  {
    email,
    subscription,
  }: { email?: string | undefined; subscription?: Parameters<NonNullable<CoreDeps['push']>['refuse']>[0] | undefined },
): Promise<Pick<NewTurnNotice, 'channel' | 'address' | 'name' | 'emailNormalised'>> {
  if (email !== undefined) {
    const emailNormalised = normaliseEmail(email);
    const subject = toBase64Url(createSignInHashes(deps.config.coreSecret).address(emailNormalised));
    await limit(deps, { name: 'turn-notice-address', subject, ...PER_ADDRESS });
    return { channel: 'mail', address: email, name: emailNormalised, emailNormalised };
  }
  if (subscription === undefined) throw invalidRequest([{ path: '', message: 'name one way' }]);
  if (deps.push === null) throw new OperatingError('not_found', { detail: 'Nothing is pushed here.' });
  const refused = deps.push.refuse(subscription);
  if (refused !== null) throw invalidRequest([{ ...refused, path: `subscription.${refused.path}` }]);
  const address = JSON.stringify(subscription);
  return { channel: 'push', address, name: subscription.endpoint, emailNormalised: null };
}

async function limit(deps: Pick<CoreDeps, 'scripts'>, wanted: Limit): Promise<void> {
  const result = await takeLimit(deps.scripts, wanted);
  if (!result.allowed) throw new OperatingError('rate_limited', { retryAfterSeconds: result.retryAfterMs / 1000 });
}
