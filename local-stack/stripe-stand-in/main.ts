import { host, parseConfig, port, text, url } from '../../platform/config.ts';
import { runService } from '../../platform/service.ts';
import { startStripeStandIn } from './start.ts';

await runService('stripe-stand-in', (log) => {
  const config = parseConfig(
    {
      HOST: host,
      PORT: port,
      ONSALE_DATA: text,
      ONSALE_CORE_URL: url('http', 'https'),
      ONSALE_STRIPE_SECRET_KEY: text,
      ONSALE_STRIPE_WEBHOOK_SECRET: text,
    },
    process.env,
  );
  return startStripeStandIn({
    host: config.HOST,
    port: config.PORT,
    dataFolder: config.ONSALE_DATA,
    secretKey: config.ONSALE_STRIPE_SECRET_KEY,
    webhookUrl: new URL('/v1/payments/webhooks/stripe', config.ONSALE_CORE_URL).href,
    webhookSecret: config.ONSALE_STRIPE_WEBHOOK_SECRET,
    log,
  });
});
