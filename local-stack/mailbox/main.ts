import { host, parseConfig, port } from '../../platform/config.ts';
import { runService } from '../../platform/service.ts';
import { startMailbox } from './start.ts';

await runService('mailbox', () => {
  const config = parseConfig({ HOST: host, PORT: port, ONSALE_SMTP_PORT: port }, process.env);
  return startMailbox({ host: config.HOST, port: config.PORT, smtpPort: config.ONSALE_SMTP_PORT });
});
