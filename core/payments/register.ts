import { isStorable } from '../../contracts/plain-text.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import type { CoreDeps } from '../deps.ts';
import { send, type HttpAnswer } from '../http/answer.ts';
import type { CoreApp } from '../http/context.ts';
import { invalidRequest, parseJson, readText } from '../http/json-body.ts';
import { headersOf, type AnyRequest } from '../http/node-request.ts';
import type { PaymentProvider } from './provider.ts';
import { takeEvent } from './take-event.ts';

/** A provider's webhook: signature first, then the inbox row, then 2xx; what that row leaves to do is a job's (BOOKING §6). */
export async function answerWebhook(
  deps: Pick<CoreDeps, 'commits' | 'wake'>,
  provider: PaymentProvider,
  request: AnyRequest,
): Promise<HttpAnswer> {
  const text = await readText(request);
  const checked = provider.checkWebhook(headersOf(request), text);
  if (!checked.ok) throw new OperatingError('signature_invalid');
  const payloadJson = checked.payloadJson ?? text;
  const payload = parseJson(payloadJson);
  // Postgres would refuse it, and the provider would send it again for ever.
  if (!isStorable(payload)) throw invalidRequest([{ path: '', message: 'holds text that can’t be kept' }]);
  // Told again by the provider when this fails; the row's key makes twice into once.
  await takeEvent(deps, provider, { eventId: checked.eventId, payloadJson, payload });
  return { status: 204, body: null };
}

/** Webhooks of payment providers. */
export function register(app: CoreApp, deps: CoreDeps): void {
  app.post('/v1/payments/webhooks/:provider', async (c) => {
    const provider = deps.payments.byName(c.req.param('provider'));
    if (provider === undefined) throw new OperatingError('not_found');
    return send(c, await answerWebhook(deps, provider, c.req.raw));
  });
}
