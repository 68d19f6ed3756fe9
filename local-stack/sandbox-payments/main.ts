import { host, parseConfig, port, text, url } from '../../platform/config.ts';
import { runService } from '../../platform/service.ts';
import { startSandboxPayments } from './start.ts';

await runService('sandbox-payments', (log) => {
  const config = parseConfig(
    {
      HOST: host,
      PORT: port,
      ONSALE_DATA: text,
      ONSALE_CORE_URL: url('http', 'https'),
      ONSALE_PAYMENTS_WEBHOOK_SECRET: text,
    },
    process.env,
  );
  return startSandboxPayments({
    host: config.HOST,
    port: config.PORT,
    dataFolder: config.ONSALE_DATA,
    webhookUrl: new URL('/v1/payments/webhooks/sandbox', config.ONSALE_CORE_URL).href,
    webhookSecret: config.ONSALE_PAYMENTS_WEBHOOK_SECRET,
    log,
  });
});
