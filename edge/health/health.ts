import { ROOMS_KEY } from '../../redis/keys.ts';
import type { EdgeContext } from '../http/context.ts';

/** `GET /healthz`: this process answers. */
export function healthz(c: EdgeContext): Response {
  c.header('Cache-Control', 'no-store');
  return c.json({ status: 'ok' });
}

/** `GET /readyz`: the store answers too; else 503, since nobody could join. */
export async function readyz(c: EdgeContext): Promise<Response> {
  c.header('Cache-Control', 'no-store');
  // Any answer will do; throws `store_unavailable` when there is none.
  await c.get('store').isMember(ROOMS_KEY, '');
  return c.json({ status: 'ok', store: 'ok' });
}
