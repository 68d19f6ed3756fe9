import { pingDatabase } from '../../db/queries/ping.ts';
import type { CoreDeps } from '../deps.ts';
import type { CoreApp } from './context.ts';
import { withinDeadline } from './store-failure.ts';

/** `/healthz`: the process lives. `/readyz`: it and its stores can serve; 503 names what is away. */
export function registerHealth(app: CoreApp, deps: CoreDeps): void {
  app.get('/healthz', (c) => c.json({ status: 'ok' }, 200, { 'cache-control': 'no-store' }));
  app.get('/readyz', async (c) => {
    const [redis, postgres] = await Promise.all([
      answers(deps.redis, () => deps.redis.ping()),
      answers(deps.sql, () => pingDatabase(deps.sql)),
    ]);
    const ready = redis && postgres;
    const body = { status: ready ? 'ready' : 'not ready', redis: word(redis), postgres: word(postgres) };
    return c.json(body, ready ? 200 : 503, { 'cache-control': 'no-store', ...(ready ? {} : { 'retry-after': '1' }) });
  });
}

const word = (up: boolean): 'up' | 'down' => (up ? 'up' : 'down');

async function answers(store: object, question: () => Promise<unknown>): Promise<boolean> {
  try {
    await withinDeadline(store, question);
    return true;
  } catch {
    // Whatever went wrong, the store did not answer; its own calls log why.
    return false;
  }
}
