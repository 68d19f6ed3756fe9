import type { Command } from 'commander';
import { resolve } from 'node:path';
import { announcementSchema, revocationSchema } from '../contracts/operator-rooms.ts';
import { roomIdSchema } from '../contracts/room-settings.ts';
import type { OperatorOrder, OrderTarget } from './operator-order.ts';
import { valueOf } from './option-values.ts';
import type { Surroundings } from './surroundings.ts';

export type OrderOptions = { readyFile?: string; origin?: string };

const SIMPLE = {
  open: 'open its lobby at once, or open it again after it was closed',
  pause: 'stop admission and calls; sessions run on, and nobody in time loses a place',
  resume: 'go on where a pause stopped it',
  close: 'let nobody join or in; sessions run on',
} as const satisfies Partial<Record<OperatorOrder['action'], string>>;

/** Adds the orders of an operator to one room below `onsale operator`. */
export function addOperatorOrders(operator: Command, around: Surroundings): void {
  const add = (name: string, description: string) =>
    withTarget(operator.command(name))
      .description(`${description} (token: ONSALE_OPERATOR_TOKEN)`)
      .argument('<room>', 'the room’s id', valueOf(roomIdSchema));

  for (const action of ['open', 'pause', 'resume', 'close'] as const) {
    add(action, SIMPLE[action]).action((room: string, options: OrderOptions) =>
      order(around, room, { action }, options),
    );
  }
  add('announce', 'show a line to everyone who waits; an empty one takes it down')
    .argument('<message>', 'at most 280 characters', valueOf(announcementSchema.entries.message))
    .action((room: string, message: string, options: OrderOptions) =>
      order(around, room, { action: 'announce', message }, options),
    );
  add('revoke', 'take one ticket out: place, turn and session')
    .argument(
      '<ticketId>',
      '22 characters; the `ticketId` of GET tickets/me',
      valueOf(revocationSchema.entries.ticketId),
    )
    .action((room: string, ticketId: string, options: OrderOptions) =>
      order(around, room, { action: 'revoke', ticketId }, options),
    );
}

async function order(around: Surroundings, room: string, what: OperatorOrder, options: OrderOptions): Promise<void> {
  const { giveOrder } = await import('./operator-order.ts');
  around.out(`${await giveOrder(room, what, targetOf(around, options))}\n`);
}

/** Where an order goes, and whose it is. */
export const targetOf = ({ env, cwd }: Surroundings, { readyFile, origin }: OrderOptions): OrderTarget => ({
  readyFile: readyFile === undefined ? undefined : resolve(cwd, readyFile),
  // The ready file's own edge, unless another is named: the environment may be of another stack.
  origin: origin ?? (readyFile === undefined ? env['ONSALE_ORIGIN'] : undefined),
  token: env['ONSALE_OPERATOR_TOKEN'],
});

/** Gives a command of operators the options that name where it goes. */
export const withTarget = (command: Command): Command =>
  command
    .option('--origin <url>', 'the public origin of the edge (default: ONSALE_ORIGIN)')
    .option('--ready-file <path>', 'what bin/dev --ready-file wrote: edge and token of that stack');
