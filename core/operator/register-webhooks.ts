import { newWebhookSchema, secretRotationSchema, webhookPatchSchema } from '../../contracts/webhooks.ts';
import type { Transaction } from '../../db/connect.ts';
import { listEndpoints } from '../../db/queries/webhook-endpoints.ts';
import type { CoreDeps } from '../deps.ts';
import type { CoreApp } from '../http/context.ts';
import { requireOperator } from '../http/credentials.ts';
import { readJson } from '../http/json-body.ts';
import { readOptionalBody } from '../http/optional-body.ts';
import { withinDeadline } from '../http/store-failure.ts';
import { whileProgressing } from '../http/while-progressing.ts';
import { runTransaction } from '../payments/run-transaction.ts';
import { serveOrder } from './keyed-order.ts';
import {
  addWebhook,
  changeWebhook,
  removeWebhook,
  rotateWebhookSecret,
  testWebhook,
  toWebhookView,
} from './webhook-endpoints.ts';

const NO_STORE = { 'cache-control': 'no-store' } as const;

/** Where operators have bookings' events sent. An address may hold a secret of the receiver's, so viewers don't see them. */
export function registerWebhooks(app: CoreApp, deps: CoreDeps): void {
  const { config } = deps;

  app.get('/v1/operator/webhooks', async (c) => {
    await requireOperator(deps, c.req.raw.headers, 'operator');
    const rows = await withinDeadline(deps.browseSql, () => listEndpoints(deps.browseSql));
    return c.json({ items: rows.map(toWebhookView), next: null }, 200, NO_STORE);
  });

  app.post('/v1/operator/webhooks', (c) =>
    serveOrder(deps, c, {
      role: 'operator',
      status: 201,
      isSecret: true,
      read: (request) => readJson(request, newWebhookSchema),
      work: (tx, body, changer) => addWebhook(tx, config, body, changer),
    }),
  );

  app.patch('/v1/operator/webhooks/:id', async (c) => {
    const { sub } = await requireOperator(deps, c.req.raw.headers, 'operator');
    const patch = await readJson(c.req.raw, webhookPatchSchema);
    const changer = { actor: sub, nowMs: deps.clock.nowMs() };
    const change = (tx: Transaction) => changeWebhook(tx, config, c.req.param('id'), patch, changer);
    return c.json(await whileProgressing(deps.sql, (turn) => runTransaction(deps.sql, change, turn)), 200, NO_STORE);
  });

  app.delete('/v1/operator/webhooks/:id', async (c) => {
    const { sub } = await requireOperator(deps, c.req.raw.headers, 'operator');
    const changer = { actor: sub, nowMs: deps.clock.nowMs() };
    const remove = (tx: Transaction) => removeWebhook(tx, c.req.param('id'), changer);
    await whileProgressing(deps.sql, (turn) => runTransaction(deps.sql, remove, turn));
    return c.body(null, 204);
  });

  app.post('/v1/operator/webhooks/:id/rotate-secret', (c) =>
    serveOrder(deps, c, {
      role: 'operator',
      isSecret: true,
      read: (request) => readJson(request, secretRotationSchema),
      work: (tx, body, changer) => rotateWebhookSecret(tx, config, c.req.param('id'), body, changer),
    }),
  );

  app.post('/v1/operator/webhooks/:id/test', async (c) => {
    const response = await serveOrder(deps, c, {
      role: 'operator',
      status: 202,
      read: readOptionalBody,
      work: (tx) => testWebhook(tx, c.req.param('id')),
    });
    deps.wake('outbox');
    return response;
  });
}
