import {
  announcementSchema,
  newRoomSchema,
  revocationSchema,
  tokenRevocationSchema,
} from '../../contracts/operator-rooms.ts';
import type { CoreDeps } from '../deps.ts';
import type { CoreApp } from '../http/context.ts';
import { readJson } from '../http/json-body.ts';
import { readOptionalBody } from '../http/optional-body.ts';
import { orderRoom } from './change-room.ts';
import { createRoom } from './create-room.ts';
import { serveOrder } from './keyed-order.ts';
import { revokeOperatorToken, revokeTicket } from './revoke.ts';

/** What operators do to rooms, tickets and tokens by one word each. */
export function registerOrders(app: CoreApp, deps: CoreDeps): void {
  app.post('/v1/operator/rooms', (c) =>
    serveOrder(deps, c, {
      role: 'operator',
      status: 201,
      read: (request) => readJson(request, newRoomSchema),
      work: createRoom,
    }),
  );

  for (const action of ['open', 'pause', 'resume', 'close'] as const) {
    app.post(`/v1/operator/rooms/:room/${action}`, (c) =>
      serveOrder(deps, c, {
        role: 'operator',
        read: readOptionalBody,
        work: (tx, _body, changer) => orderRoom(tx, c.req.param('room'), { action }, changer),
      }),
    );
  }

  app.post('/v1/operator/rooms/:room/announce', (c) =>
    serveOrder(deps, c, {
      role: 'operator',
      read: (request) => readJson(request, announcementSchema),
      work: (tx, { message }, changer) => {
        const order = { action: 'announce' as const, message: message === '' ? null : message };
        return orderRoom(tx, c.req.param('room'), order, changer);
      },
    }),
  );

  app.post('/v1/operator/rooms/:room/revoke', (c) =>
    serveOrder(deps, c, {
      role: 'operator',
      read: (request) => readJson(request, revocationSchema),
      work: (tx, { ticketId }, changer) => revokeTicket(tx, c.req.param('room'), ticketId, changer),
    }),
  );

  app.post('/v1/operator/tokens/revoke', async (c) => {
    const response = await serveOrder(deps, c, {
      role: 'admin',
      read: (request) => readJson(request, tokenRevocationSchema),
      work: (tx, { jti }, changer) => revokeOperatorToken(tx, jti, changer),
    });
    deps.revokedOperators.forget();
    return response;
  });
}
