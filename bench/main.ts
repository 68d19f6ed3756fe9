import { parseArgs } from 'node:util';
import { benchBookings } from './bookings.ts';
import { benchAvailability } from './availability.ts';
import { benchBrowsing } from './browsing.ts';
import { benchBundle } from './bundle.ts';
import { benchFeed } from './feed.ts';
import { benchJoinsOnNode, benchJoinsOnWorkerd } from './joins.ts';
import { benchHolds } from './holds.ts';
import startSharedPostgres from '../local-stack/test-stack.global-setup.ts';
import { measureMachine } from './machine-limits.ts';
import type { BenchOptions } from './options.ts';
import { printReport, type Report } from './measure/report.ts';
import { saveReport } from './measure/save.ts';
import { benchRestore } from './restore.ts';
import { benchSearch } from './search.ts';
import { benchSellOut } from './sell-out.ts';
import { benchSlots } from './slots.ts';
import { benchTick } from './tick.ts';
import { benchWaitingCost } from './waiting-cost.ts';
import { benchWritePath } from './write-path.ts';

/** `takesWaiting`: `--waiting` changes what it measures. */
type Bench = { about: string; takesWaiting?: true; run: (options: BenchOptions) => Promise<Report> };

const BENCHES: Record<string, Bench> = {
  'joins-node': { about: 'joins a second of one Node edge process ÷ bare hono echo', run: benchJoinsOnNode },
  'joins-workerd': { about: 'joins a second on workerd ÷ bare hono answer there', run: benchJoinsOnWorkerd },
  feed: { about: 'a tick to the last of 9,000 sockets, and memory a socket', run: benchFeed },
  'waiting-cost': { about: 'Redis commands while 100 and 10,000 wait, and with ZRANK a poll', run: benchWaitingCost },
  slots: { about: 'slots filled with 40 % ghosts, on the real parts in shortened time', run: benchSlots },
  tick: {
    about: 'a tick that admits 1,000 while a million wait, or more',
    takesWaiting: true,
    run: benchTick,
  },
  restore: { about: 'a restore of a million spent tickets, and its longest script', run: benchRestore },
  bookings: { about: 'confirmed bookings a second over HTTP ÷ the patterns B0 to B7', run: benchBookings },
  'sell-out': { about: '10,000 seats, 20,000 buyers, paid at the sandbox provider', run: benchSellOut },
  holds: { about: 'holds a second of one core process ÷ hono echo with a cached pass check', run: benchHolds },
  'write-path': {
    about: 'bookings a second of the write path ÷ bare inserts, ÷ a transaction each',
    run: benchWritePath,
  },
  availability: { about: 'what is free of 100,000 seats: bytes on the wire, answers a second', run: benchAvailability },
  search: { about: 'searches of a million events, beside plain ILIKE', run: benchSearch },
  browsing: { about: 'buyers alone and beside a crowd that searches', run: benchBrowsing },
  bundle: { about: 'size of the edge Worker', run: benchBundle },
};

/** So many are called while the tick's bench runs; a line must be longer. */
const LEAST_WAITING = 1_000_000;

const USAGE = `npm run bench [-- NAME …] [--smoke | --save] [--waiting N]

Measures, with the machine's own limits printed first. Without a name: all.
  --smoke   a second or two each, to see that every bench runs; the figures mean nothing
  --save    also write docs/benchmarks/NAME.json, NAME.svg and the README there; a line of its own for each --waiting
  --waiting how many wait in Redis in the tick's bench (1,000,000; 10,000,000 takes 2 GB and some minutes)
${Object.entries(BENCHES)
  .map(([name, { about }]) => `  ${name.padEnd(15)}${about}`)
  .join('\n')}`;

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      smoke: { type: 'boolean', default: false },
      waiting: { type: 'string' },
      save: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const unknown = positionals.filter((name) => !(name in BENCHES));
  if (values.help || unknown.length > 0) {
    console.log(unknown.length > 0 ? `unknown bench: ${unknown.join(', ')}\n\n${USAGE}` : USAGE);
    process.exit(unknown.length > 0 ? 2 : 0);
  }
  const waiting = values.waiting === undefined ? undefined : Number(values.waiting);
  if (waiting !== undefined && !(Number.isInteger(waiting) && waiting >= LEAST_WAITING)) {
    console.log(`--waiting takes a whole number of at least ${LEAST_WAITING}\n\n${USAGE}`);
    process.exit(2);
  }
  const length = waiting === undefined ? {} : { waiting };
  const options: BenchOptions = { smoke: values.smoke, seconds: values.smoke ? 0.3 : 5, ...length };
  const judged = !values.smoke;
  // Figures mean nothing in a smoke run, so its benches may share what they would otherwise start one each.
  const stopPostgres = values.smoke ? await startSharedPostgres() : null;
  const limits = await measureMachine(options);
  printReport(limits, { judged });
  for (const [name, { run, takesWaiting = false }] of Object.entries(BENCHES)) {
    if (positionals.length > 0 && !positionals.includes(name)) continue;
    const report = await run(options);
    printReport(report, { judged });
    const called = takesWaiting && waiting !== undefined ? ['--waiting', String(waiting)] : [];
    if (values.save && judged) saveReport({ bench: name, options: called }, report, limits);
  }
  await stopPostgres?.();
} catch (error) {
  console.error(error instanceof TypeError && 'code' in error ? `${error.message}\n\n${USAGE}` : error);
  process.exit(error instanceof TypeError && 'code' in error ? 2 : 1);
}
