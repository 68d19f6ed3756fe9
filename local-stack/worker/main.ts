/**
 * The edge Worker on workerd, as a process of its own: the bundle and settings are those that `wrangler deploy`
 * publishes (wrangler.toml), the variables come from this process's environment.
 */
import { resolve } from 'node:path';
import { Log, LogLevel, Miniflare } from 'miniflare';
import { host, parseConfig, port, text } from '../../platform/config.ts';
import { runService } from '../../platform/service.ts';
import { portAnswers } from '../process/free-port.ts';
import { readWorkerOptions } from './worker-options.ts';

/** How soon a dead workerd is noticed; two misses in a row, so that one slow answer is not taken for a death. */
const WATCH_MS = 500;
const MISSES_TO_DEATH = 2;

await runService('edge', async (log) => {
  const config = parseConfig({ ONSALE_WRANGLER_FILE: text, HOST: host, PORT: port }, process.env);
  const { worker, isIncomplete } = readWorkerOptions(resolve(config.ONSALE_WRANGLER_FILE), process.env);
  if (isIncomplete.length > 0)
    log.warn({ variables: isIncomplete }, 'not set, so the placeholder of wrangler.toml holds');
  const miniflare = new Miniflare({
    ...worker,
    host: config.HOST,
    port: config.PORT,
    log: new Log(LogLevel.WARN, { prefix: 'workerd' }),
    // Otherwise miniflare asks the network for the place of this machine at its first start.
    cf: false,
    // A Worker before each outgoing fetch, which Cloudflare has not: the gate passes on listed headers only.
    stripCfConnectingIp: false,
    verbose: false,
  });
  const url = await miniflare.ready;
  const bound = Number(url.port);
  let misses = 0;
  let checking = false;
  const timer = setInterval(() => {
    if (checking) return;
    checking = true;
    void portAnswers(bound).then((answers) => {
      checking = false;
      misses = answers ? 0 : misses + 1;
      if (misses < MISSES_TO_DEATH) return;
      log.fatal('workerd is gone');
      process.exit(1);
    });
  }, WATCH_MS);
  return {
    url: url.origin,
    stop: async () => {
      clearInterval(timer);
      await miniflare.dispose();
    },
  };
});
