import { isStorable } from '../../contracts/plain-text.ts';
import type { CoreDeps } from '../deps.ts';
import { sendEmpty } from '../http/answer.ts';
import type { CoreApp } from '../http/context.ts';
import { invalidRequest, parseJson, readText } from '../http/json-body.ts';
import { problem } from '../http/problems.ts';
import { headersOf } from '../http/node-request.ts';
import { takeEvent } from './take-event.ts';

/** Webhooks of payment providers: signature first, then the inbox row, then 2xx; what that row leaves to do is a job's (BOOKING §6). */
export function register(app: CoreApp, deps: CoreDeps): void {
  app.post('/v1/payments/webhooks/:provider', async (c) => {
    const provider = deps.payments.byName(c.req.param('provider'));
    if (provider === undefined) return problem(c, 'not_found');
    const text = await readText(c.req.raw);
    const checked = provider.checkWebhook(headersOf(c.req.raw), text);
    if (!checked.ok) return problem(c, 'signature_invalid');
    const payloadJson = checked.payloadJson ?? text;
    const payload = parseJson(payloadJson);
    // Postgres would refuse it, and the provider would send it again for ever.
    if (!isStorable(payload)) throw invalidRequest([{ path: '', message: 'holds text that can’t be kept' }]);
    // Told again by the provider when this fails; the row's key makes twice into once.
    await takeEvent(deps, provider, { eventId: checked.eventId, payloadJson, payload });
    return sendEmpty(c);
  });
}
