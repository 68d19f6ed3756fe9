import { Argument, type Command, InvalidArgumentError } from 'commander';
import * as v from 'valibot';
import { slugSchema } from '../contracts/catalogue.ts';
import {
  eventPatchSchema,
  newEventSchema,
  newPerformanceSchema,
  newVenueSchema,
  performancePatchSchema,
  venuePatchSchema,
} from '../contracts/operator-catalogue.ts';
import { CommandError } from './command-error.ts';
import { type OrderOptions, targetOf, withTarget } from './operator-commands.ts';
import { valueOf, wholeNumber } from './option-values.ts';
import type { Surroundings } from './surroundings.ts';

const KINDS = ['venue', 'event', 'performance'] as const;
type Kind = (typeof KINDS)[number];
const SCHEMAS: Record<Kind, { added: v.GenericSchema; changed: v.GenericSchema; fields: string }> = {
  venue: { added: newVenueSchema, changed: venuePatchSchema, fields: 'name city country timeZone aliases' },
  event: {
    added: newEventSchema,
    changed: eventPatchSchema,
    fields: 'name venueId performers aliases, and kind (event|train) of a new one',
  },
  performance: {
    added: newPerformanceSchema,
    changed: performancePatchSchema,
    fields:
      'room status startsAt timeZone onSaleAt salesCutOffSeconds placesPerBuyer zones classes; of a new one eventId currency seatMapId stops, too',
  },
};
const HELP = `
Fields are name=value; a value that is JSON counts as that: status=on_sale placesPerBuyer=4 onSaleAt=null
'zones=[{"id":"floor","priceMinor":5000,"feeMinor":250}]'
${KINDS.map((kind) => `  ${kind}: ${SCHEMAS[kind].fields}`).join('\n')}`;

const viewSchema = v.looseObject({ id: v.string(), version: v.optional(v.number()) });
const pageSchema = v.object({ items: v.array(viewSchema), next: v.nullable(v.string()) });

type Fields = Record<string, unknown>;
type ChangeOptions = OrderOptions & { ifVersion?: number };

/** Adds what operators do about venues, events and performances below `onsale operator`. */
export function addCatalogueOrders(operator: Command, around: Surroundings): void {
  const add = (name: string, description: string) =>
    withTarget(operator.command(name))
      .description(`${description} (token: ONSALE_OPERATOR_TOKEN)`)
      .addArgument(new Argument('<kind>', 'what').choices(KINDS));

  add('add', 'add a venue, an event or a performance')
    .argument('<fields...>', 'its fields, and its id unless it is to be made', fieldsOf)
    .addHelpText('after', HELP)
    .action((kind: Kind, fields: Fields, options: OrderOptions) => addOne(around, kind, fields, options));
  add('set', 'change some fields of one')
    .argument('<id>', 'its id', valueOf(slugSchema))
    .argument('<fields...>', 'what is to change', fieldsOf)
    .option('--if-version <n>', 'only if nobody has changed it since this version', wholeNumber(1, 2 ** 31 - 1))
    .addHelpText('after', HELP)
    .action((kind: Kind, id: string, fields: Fields, options: ChangeOptions) =>
      setOne(around, kind, id, fields, options),
    );
  add('show', 'print one as JSON')
    .argument('<id>', 'its id', valueOf(slugSchema))
    .action(async (kind: Kind, id: string, options: OrderOptions) => {
      const { sendOrder } = await import('./operator-order.ts');
      const text = await sendOrder({ method: 'GET', path: `${kind}s/${id}` }, targetOf(around, options));
      around.out(`${JSON.stringify(JSON.parse(text), null, 2)}\n`);
    });
  withTarget(operator.command('call-off'))
    .description('end a performance’s sale and give all its paid bookings back (token: ONSALE_OPERATOR_TOKEN)')
    .argument('<performance>', 'the performance’s id', valueOf(slugSchema))
    .option('--yes', 'do it; without, it only says what would be given back', false)
    .action(async (performance: string, { yes, ...options }: OrderOptions & { yes: boolean }) => {
      const { callOff } = await import('./call-off.ts');
      const target = targetOf(around, options);
      around.out(`${await callOff(around, { performance, isMeant: yes, target })}\n`);
    });
  add('list', 'print all, one JSON document a line').action((kind: Kind, options: OrderOptions) =>
    list(around, kind, options),
  );
}

async function addOne(around: Surroundings, kind: Kind, fields: Fields, options: OrderOptions): Promise<void> {
  const { sendOrder } = await import('./operator-order.ts');
  requireFields(SCHEMAS[kind].added, fields);
  const text = await sendOrder({ method: 'POST', path: `${kind}s`, body: fields }, targetOf(around, options));
  around.out(`${kind} ${v.parse(viewSchema, JSON.parse(text)).id}: added\n`);
}

async function setOne(
  around: Surroundings,
  kind: Kind,
  id: string,
  fields: Fields,
  options: ChangeOptions,
): Promise<void> {
  const { sendOrder } = await import('./operator-order.ts');
  requireFields(SCHEMAS[kind].changed, fields);
  const call = { method: 'PATCH' as const, path: `${kind}s/${id}`, body: fields, ifMatch: options.ifVersion };
  const text = await sendOrder(call, targetOf(around, options));
  around.out(`${kind} ${id}: version ${String(v.parse(viewSchema, JSON.parse(text)).version)}\n`);
}

async function list(around: Surroundings, kind: Kind, options: OrderOptions): Promise<void> {
  const { sendOrder } = await import('./operator-order.ts');
  for (let cursor: string | null = ''; cursor !== null;) {
    const path: string = `${kind}s${cursor === '' ? '' : `?cursor=${cursor}`}`;
    const page = v.parse(pageSchema, JSON.parse(await sendOrder({ method: 'GET', path }, targetOf(around, options))));
    for (const item of page.items) around.out(`${JSON.stringify(item)}\n`);
    cursor = page.next;
  }
}

/** A mistake in a field is told before anything is sent. */
function requireFields(schema: v.GenericSchema, fields: Fields): void {
  const result = v.safeParse(schema, fields);
  if (result.success) return;
  const faults = result.issues.map((issue) => ` ${v.getDotPath(issue) ?? ''}: ${issue.message}.`);
  throw new CommandError(`These fields are not valid.${faults.join('')}`, { fix: 'See --help; nothing was sent.' });
}

function fieldsOf(text: string, before: Fields = {}): Fields {
  const [, name, value] = /^([A-Za-z]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new InvalidArgumentError('It takes name=value.');
  return { ...before, [name]: jsonOr(value) };
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A word that is no JSON is meant as it stands.
    return text;
  }
}
