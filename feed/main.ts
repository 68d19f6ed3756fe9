import { systemClock } from '../platform/clock.ts';
import { runService } from '../platform/service.ts';
import { readConfig } from './config.ts';
import { startFeed } from './feed.ts';

await runService('feed', (log) => startFeed(readConfig(process.env), log, systemClock));
