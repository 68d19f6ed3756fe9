import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { startSandboxPayments } from '../../local-stack/sandbox-payments/start.ts';
import { createLogger } from '../../platform/log.ts';
import { servePart } from './serve-part.ts';
import { WEBHOOK_SECRET } from './shop.ts';

/** The sandbox provider as the local stack runs it; tells core at `coreUrl`. */
await servePart(v.object({ coreUrl: v.string() }), async ({ coreUrl }) => {
  const dataFolder = mkdtempSync(join(tmpdir(), 'onsale-bench-sandbox-'));
  process.on('exit', () => rmSync(dataFolder, { recursive: true, force: true }));
  const sandbox = await startSandboxPayments({
    host: '127.0.0.1',
    port: 0,
    dataFolder,
    webhookUrl: `${coreUrl}/v1/payments/webhooks/sandbox`,
    webhookSecret: WEBHOOK_SECRET,
    log: createLogger('sandbox-payments', 'error'),
  });
  return { ready: { url: sandbox.url } };
});
