import { describeMoney } from './money.fixture.ts';

// The same at Stripe's stand-in: payments.long.test.ts; what only Stripe does: stripe.integration.test.ts.
describeMoney('sandbox');
