const WORK: Record<string, string> = {
  'inventory.apply': 'Show a booking’s places as they are',
  'payment.refund': 'Refund a payment',
  'payment.cancel': 'Cancel a payment at the provider',
};

/** What the work was, in a line. Pure. */
export function describeWork(kind: string): string {
  const [from, ...rest] = kind.split('.');
  if (from === 'webhook') return `Take in an event of the payment provider (${rest.join('.')})`;
  if (from === 'endpoint') return `Tell an endpoint: ${rest.join('.')}`;
  return WORK[kind] ?? kind;
}
