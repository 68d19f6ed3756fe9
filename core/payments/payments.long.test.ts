import { describeMoney } from './money.fixture.ts';

describeMoney('stripe');
