import { fileURLToPath } from 'node:url';
import { runService } from '../platform/service.ts';
import { parseNodeConfig } from './config.node.ts';
import { startNodeEdge } from './start.node.ts';

/** The files of web/ lie beside this bundle: dist/edge/node.js, dist/web/. */
const ASSETS = fileURLToPath(new URL('../web', import.meta.url));

await runService('edge', (log) => startNodeEdge(parseNodeConfig(process.env, ASSETS), log));
