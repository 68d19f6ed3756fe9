import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import * as v from 'valibot';
import { slugSchema } from '../contracts/catalogue.ts';
import { CommandError } from './command-error.ts';
import { type OrderOptions, targetOf, withTarget } from './operator-commands.ts';
import { valueOf } from './option-values.ts';
import type { Surroundings } from './surroundings.ts';

type Item = { zoneId: string; seats: string[] } | { zoneId: string; quantity: number };
type BlockOptions = OrderOptions & { seats?: Item[]; places?: Item[]; name?: string; allocation?: boolean };

const blockSchema = v.object({
  blockId: v.string(),
  name: v.string(),
  kind: v.string(),
  places: v.number(),
  sold: v.number(),
});
const listSchema = v.object({ items: v.array(blockSchema) });

/** Adds what operators do about blocks and allocations of a performance below `onsale operator`. */
export function addBlockOrders(operator: Command, around: Surroundings): void {
  const add = (name: string, description: string) =>
    withTarget(operator.command(name))
      .description(`${description} (token: ONSALE_OPERATOR_TOKEN)`)
      .argument('<performance>', 'the performance’s id', valueOf(slugSchema));

  add('block', 'keep places out of the public sale, or for those who bring a code')
    .option('--seats <zone:seats>', 'seats of a zone, as stalls:a-1,a-2; may be given again', seatsOf)
    .option('--places <zone:number>', 'places of a general zone, as standing:20; may be given again', placesOf)
    .option('--name <name>', 'what operators call it')
    .option('--allocation', 'for whoever brings the code in ONSALE_ALLOCATION_CODE')
    .action((performance: string, options: BlockOptions) => block(around, performance, options));
  add('blocks', 'list what is blocked, with what is sold of allocations').action(
    (performance: string, options: OrderOptions) => list(around, performance, options),
  );
  add('unblock', 'end a block: what nobody has of it is on public sale')
    .argument('<blockId>', 'as `blocks` lists it')
    .action(async (performance: string, blockId: string, options: OrderOptions) => {
      const { sendOrder } = await import('./operator-order.ts');
      const path = `performances/${performance}/blocks/${encodeURIComponent(blockId)}`;
      await sendOrder({ method: 'DELETE', path }, targetOf(around, options));
      around.out(`${performance}: block ${blockId} has ended\n`);
    });
}

async function block(around: Surroundings, performance: string, options: BlockOptions): Promise<void> {
  const { sendOrder } = await import('./operator-order.ts');
  const { seats = [], places = [], name, allocation } = options;
  const code = around.env['ONSALE_ALLOCATION_CODE'];
  // Never an option: every user of the machine sees those.
  if (allocation === true && (code === undefined || code === ''))
    throw new CommandError('There is no code for the allocation.', { fix: 'Set ONSALE_ALLOCATION_CODE to it.' });
  const body = {
    items: [...seats, ...places],
    ...(name === undefined ? {} : { name }),
    ...(allocation === true ? { allocationCode: code } : {}),
  };
  const path = `performances/${performance}/blocks`;
  const text = await sendOrder({ method: 'POST', path, body }, targetOf(around, options));
  around.out(`${performance}: ${lineOf(v.parse(blockSchema, JSON.parse(text)))}\n`);
}

async function list(around: Surroundings, performance: string, options: OrderOptions): Promise<void> {
  const { sendOrder } = await import('./operator-order.ts');
  const text = await sendOrder(
    { method: 'GET', path: `performances/${performance}/blocks` },
    targetOf(around, options),
  );
  const { items } = v.parse(listSchema, JSON.parse(text));
  around.out(items.length === 0 ? `${performance}: nothing is blocked\n` : `${items.map(lineOf).join('\n')}\n`);
}

const lineOf = ({ blockId, name, kind, places, sold }: v.InferOutput<typeof blockSchema>): string =>
  `${blockId}  ${kind}  ${name}: ${places} places${kind === 'allocation' ? `, ${sold} of them sold` : ''}`;

function seatsOf(text: string, before: Item[] = []): Item[] {
  const [, zoneId, seats] = /^([^:]+):(.+)$/.exec(text) ?? [];
  if (zoneId === undefined || seats === undefined) throw new InvalidArgumentError('It takes zone:seat,seat.');
  return [...before, { zoneId, seats: seats.split(',') }];
}

function placesOf(text: string, before: Item[] = []): Item[] {
  const [, zoneId, quantity] = /^([^:]+):(\d+)$/.exec(text) ?? [];
  if (zoneId === undefined) throw new InvalidArgumentError('It takes zone:number.');
  return [...before, { zoneId, quantity: Number(quantity) }];
}
