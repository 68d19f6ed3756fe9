import { waitlistRequestSchema } from '../../contracts/waitlist.ts';
import { clientSubject } from '../../platform/client-subject.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import { takeLimit } from '../../redis/take-limit.ts';
import { createSignInHashes } from '../accounts/secrets.ts';
import { normaliseEmail } from '../bookings/normalise-email.ts';
import { requirePerformance } from '../catalogue/require-performance.ts';
import type { CoreDeps } from '../deps.ts';
import type { CoreApp, CoreContext } from '../http/context.ts';
import { bodyHash, requireIdempotencyKey } from '../http/idempotency-key.ts';
import { readJson } from '../http/json-body.ts';
import { readOptionalBody } from '../http/optional-body.ts';
import { withinDeadline } from '../http/store-failure.ts';
import { whileProgressing } from '../http/while-progressing.ts';
import { runIdempotent, sendAnswer } from '../idempotency/run-idempotent.ts';
import { pickLanguage } from '../notifications/language.ts';
import { acceptEntry } from './accept.ts';
import { openEntry } from './entry-token.ts';
import { toEntryView } from './entry-view.ts';
import { joinWaitlist, resolveEntry } from './join.ts';
import { leaveWaitlist } from './leave.ts';
import { noteWaitedZones } from './note-waited-zones.ts';

const NO_STORE = { 'cache-control': 'no-store' } as const;

/** Joins that one client address may ask for, and looks at one entry, in a window: a household's worth, and a page that looks every few seconds. */
const JOINS = { max: 20, windowMs: 600_000 };
const LOOKS = { max: 60, windowMs: 60_000 };

/** The waitlist: join, look, leave, and accept what was offered (BOOKING §7). */
export function register(app: CoreApp, deps: CoreDeps): void {
  app.post('/v1/waitlist', (c) => join(deps, c));

  app.get('/v1/waitlist/:id', async (c) => {
    const { entry } = await openEntry(deps, c.req.param('id'), c.req.raw.headers);
    await requireAllowed(deps, { name: 'waitlist-look', subject: entry.id, ...LOOKS });
    const performance = await requirePerformance(deps, entry.performanceId);
    return c.json(await withinDeadline(deps.sql, () => toEntryView(deps.sql, performance, entry)), 200, NO_STORE);
  });

  app.delete('/v1/waitlist/:id', async (c) => {
    const { entry } = await openEntry(deps, c.req.param('id'), c.req.raw.headers);
    await whileProgressing(deps.sql, () => leaveWaitlist(deps, entry.id));
    return c.body(null, 204, NO_STORE);
  });

  app.post('/v1/waitlist/:id/accept', async (c) => {
    const { entry } = await openEntry(deps, c.req.param('id'), c.req.raw.headers);
    requireIdempotencyKey(c.req.raw.headers);
    await readOptionalBody(c.req.raw);
    const performance = await requirePerformance(deps, entry.performanceId);
    // Accepted again, whatever the key, it is the same hold: there is nothing to store.
    const view = await acceptEntry(deps, performance, entry);
    const location = `${deps.config.origin}/api/core/v1/holds/${view.holdId}`;
    return c.json(view, 201, { ...NO_STORE, location });
  });
}

async function join(deps: CoreDeps, c: CoreContext): Promise<Response> {
  const key = requireIdempotencyKey(c.req.raw.headers);
  const wish = await readJson(c.req.raw, waitlistRequestSchema);
  const address = c.get('clientAddress');
  if (address !== null)
    await requireAllowed(deps, { name: 'waitlist-join', subject: clientSubject(address), ...JOINS });
  const performance = await requirePerformance(deps, wish.performanceId);
  const resolved = resolveEntry(performance, wish, deps.clock.nowMs());
  const language = pickLanguage(c.req.header('accept-language'));
  const keyed = {
    // No address is kept where only a caller is needed.
    caller: `waitlist:${toHex(createSignInHashes(deps.config.coreSecret).address(normaliseEmail(resolved.email)))}`,
    key,
    bodyHash: bodyHash('POST /v1/waitlist', wish),
    // The answer tells the token.
    credential: deps.config.coreSecret,
  };
  const answer = await runIdempotent(deps, keyed, async (tx) => ({
    status: 201,
    body: await joinWaitlist(tx, deps, performance, wish, { ...resolved, language }),
  }));
  await noteWaitedZones(deps, performance).catch((error: unknown) =>
    // The next sweep notes it; the entry stands.
    deps.log.warn({ err: error, performance: performance.id }, 'waited zones were not noted'),
  );
  return sendAnswer(c, answer);
}

const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

async function requireAllowed(deps: CoreDeps, limit: Parameters<typeof takeLimit>[1]): Promise<void> {
  const taken = await takeLimit(deps.scripts, limit);
  if (taken.allowed) return;
  throw new OperatingError('rate_limited', { retryAfterSeconds: Math.ceil(taken.retryAfterMs / 1000) });
}
