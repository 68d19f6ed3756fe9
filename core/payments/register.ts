import { isStorable } from '../../contracts/plain-text.ts';
import type { CoreDeps } from '../deps.ts';
import type { CoreApp } from '../http/context.ts';
import { invalidRequest, parseJson, readText } from '../http/json-body.ts';
import { problem } from '../http/problems.ts';
import { headersOf } from '../http/node-request.ts';
import { whileProgressing } from '../http/while-progressing.ts';
import { MAX_WAITING_EVENTS } from './keep-event.ts';

/** Webhooks of payment providers: signature first, then the inbox row, then 2xx; what follows is a job's work (BOOKING §6). */
export function register(app: CoreApp, deps: CoreDeps): void {
  app.post('/v1/payments/webhooks/:provider', async (c) => {
    const provider = deps.payments.byName(c.req.param('provider'));
    if (provider === undefined) return problem(c, 'not_found');
    const payloadJson = await readText(c.req.raw);
    const checked = provider.checkWebhook(headersOf(c.req.raw), payloadJson);
    if (!checked.ok) return problem(c, 'signature_invalid');
    // Postgres would refuse it, and the provider would send it again for ever.
    if (!isStorable(parseJson(payloadJson)))
      throw invalidRequest([{ path: '', message: 'holds text that can’t be kept' }]);
    const event = { provider: provider.name, eventId: checked.eventId, payloadJson };
    // Told again by the provider when this fails; the row's key makes twice into once.
    const { inbox } = deps.commits;
    await whileProgressing(inbox, () => inbox.keep(event), MAX_WAITING_EVENTS);
    deps.wake('inbox');
    return c.body(null, 204);
  });
}
