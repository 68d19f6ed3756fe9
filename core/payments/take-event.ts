import type { EventToSettle } from '../../db/queries/keep-events.ts';
import { isId } from '../../platform/id.ts';
import type { CoreDeps } from '../deps.ts';
import { whileProgressing } from '../http/while-progressing.ts';
import { MAX_WAITING_EVENTS } from './keep-event.ts';
import type { PaymentProvider } from './provider.ts';

/** An event that a provider told: its id, its text, and what that says. */
export type ToldEvent = { eventId: string; payloadJson: string; payload: unknown };

/**
 * Keeps an event, confirms its booking with it where it does no more than that, and wakes whoever does the rest. Refuses: `busy`,
 * `store_unavailable`; then the provider tells it again.
 */
export async function takeEvent(
  { commits: { inbox }, wake }: Pick<CoreDeps, 'commits' | 'wake'>,
  provider: PaymentProvider,
  { eventId, payloadJson, payload }: ToldEvent,
): Promise<void> {
  const event = { provider: provider.name, eventId, payloadJson, capture: captureOf(provider, payload) };
  const isSettled = await whileProgressing(inbox, () => inbox.keep(event), MAX_WAITING_EVENTS);
  wake(isSettled ? 'outbox' : 'inbox');
}

/** The capture that a payload tells of, if its payment can be one of ours. What nobody can read is kept for a person. */
function captureOf(provider: PaymentProvider, payload: unknown): EventToSettle['capture'] {
  try {
    const event = provider.readEvent(payload);
    if (event.kind !== 'captured') return null;
    const { paymentId, amountMinor } = event.capture;
    return isId(paymentId) && Number.isSafeInteger(amountMinor) ? event.capture : null;
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}
