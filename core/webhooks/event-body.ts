import type { WebhookDelivery } from '../../db/queries/webhook-deliveries.ts';
import { isoTime } from '../../platform/clock.ts';

/** What is sent when an operator tries an endpoint. */
export const TEST_EVENT = 'webhook.test';

/**
 * The body of an event, the same at each attempt: `{type, timestamp, data}` as Standard Webhooks suggest. It names the booking and
 * what was bought, and no buyer: who may know more asks for it.
 */
export function toEventBody({ type, at, version, booking }: WebhookDelivery): string {
  const timestamp = isoTime(at.getTime());
  if (booking === null) return JSON.stringify({ type, timestamp, data: {} });
  const { bookingId, performanceId, totalMinor, currency } = booking;
  const items = booking.items.map(({ seatId, ...item }) => (seatId === null ? item : { ...item, seatId }));
  const status = type.slice(type.indexOf('.') + 1);
  const total = { amountMinor: totalMinor, currency };
  return JSON.stringify({ type, timestamp, data: { bookingId, performanceId, status, version, items, total } });
}
