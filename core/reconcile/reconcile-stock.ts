import { setTimeout as sleep } from 'node:timers/promises';
import { readBlocksUnderWay } from '../../db/queries/blocks.ts';
import { areCapacitiesUnderWay } from '../../db/queries/zone-capacities.ts';
import { readClaimedBookings } from '../../db/queries/read-claims.ts';
import {
  readBookingsUnderWay,
  readBookingsWithPlaces,
  readGeneralZones,
  readSeatClaims,
} from '../../db/queries/stock-truth.ts';
import {
  INSPECT_BOOKINGS,
  INSPECT_SEATS,
  inspectBookings,
  inspectCells,
  inspectZones,
} from '../../redis/inventory/inspect.ts';
import { repairInventory, REPAIRS_PER_CALL } from '../../redis/inventory/repair-inventory.ts';
import type { Performance } from '../catalogue/performance.ts';
import type { CoreDeps } from '../deps.ts';
import { compareCells } from './compare-cells.ts';
import { compareEntries, compareScanned, compareZones, type StockDifference } from './compare-stock.ts';
import type { Difference } from './difference.ts';

export type StockDeps = Pick<CoreDeps, 'sql' | 'scripts'>;

/** How often a part that changes while it is compared is compared again, and the pause before, ms. */
const TRIES = 10;
const PAUSE_MS = 20;

type Compared = { version: string; differences: StockDifference[] } | 'changed_meanwhile';

/**
 * Compares a performance's inventory in Redis with Postgres and repairs it, part by part: bookings, cells, counters. Redis is read
 * before Postgres, and a repair is made only if the inventory has not moved since: what Postgres committed in between is either under way
 * in the outbox or has moved it. Refuses: `inventory_rebuilding`, `store_unavailable`.
 */
export async function reconcileStock(deps: StockDeps, performance: Performance): Promise<Difference[]> {
  return [
    ...(await reconcileEntries(deps, performance)),
    ...(await reconcileScanned(deps, performance)),
    ...(await reconcileCells(deps, performance)),
    ...(await settle(deps, performance, 'zones', () => lookAtZones(deps, performance))),
  ];
}

async function reconcileEntries(deps: StockDeps, performance: Performance): Promise<Difference[]> {
  const differences: Difference[] = [];
  for (let afterId = ''; ;) {
    const page = await readClaimedBookings(deps.sql, performance.id, afterId, INSPECT_BOOKINGS);
    const ids = page.map((booking) => booking.id);
    differences.push(
      ...(await settle(deps, performance, 'bookings', async () => {
        const { version, known } = await inspectBookings(deps.scripts, refOf(performance), { ids });
        // Read again after Redis: the page above only says which bookings to look at.
        const wanted = await readClaimedBookings(deps.sql, performance.id, afterId, INSPECT_BOOKINGS);
        const entries = wanted.flatMap(({ id, version: at, status }): [string, string][] =>
          known.has(id) ? [[id, `${at} ${status === 'confirmed' ? 'sold' : 'pending'}`]] : [],
        );
        return { version, differences: compareEntries(new Map(entries), known, await underWay(deps, performance)) };
      })),
    );
    if (page.length < INSPECT_BOOKINGS) return differences;
    afterId = ids.at(-1) ?? '';
  }
}

async function reconcileScanned(deps: StockDeps, performance: Performance): Promise<Difference[]> {
  const differences: Difference[] = [];
  for (let cursor: string | null = '0'; cursor !== null;) {
    const at: string = cursor;
    let next: string | null = null;
    differences.push(
      ...(await settle(deps, performance, 'bookings', async () => {
        const page = await inspectBookings(deps.scripts, refOf(performance), { cursor: at });
        next = page.next;
        const rows = await readBookingsWithPlaces(deps.sql, performance.id, page.scanned);
        const withPlaces = new Set(rows.map(({ id }) => id));
        const found = compareScanned(page.scanned, withPlaces, await underWay(deps, performance));
        return { version: page.version, differences: found };
      })),
    );
    cursor = next;
  }
  return differences;
}

async function reconcileCells(deps: StockDeps, performance: Performance): Promise<Difference[]> {
  const { seats } = performance;
  const differences: Difference[] = [];
  for (let first = 0; first < seats.seatCount; first += INSPECT_SEATS) {
    const end = Math.min(first + INSPECT_SEATS, seats.seatCount);
    const ids = Array.from({ length: end - first }, (_, i) => seats.at(first + i) ?? '');
    const look = async (): Promise<Compared> => {
      const { version, cells } = await inspectCells(deps.scripts, refOf(performance), [first, end]);
      const claims = await readSeatClaims(deps.sql, performance.id, ids);
      const indexed = claims.map(({ seatId, ...claim }) => ({ ...claim, seat: seats.find(seatId)?.index ?? -1 }));
      const found = compareCells(cells, indexed, await underWay(deps, performance), (seat) => seats.at(seat) ?? '');
      return { version, differences: found };
    };
    differences.push(...(await settle(deps, performance, `seats ${first} to ${end - 1}`, look)));
  }
  return differences;
}

/**
 * Places of a general zone have no names, and a booking that takes over its hold moves no counter: so what is sold and what is under
 * way must be the same before and after Redis was read.
 */
async function lookAtZones(deps: StockDeps, performance: Performance): Promise<Compared> {
  const read = async () =>
    [await readGeneralZones(deps.sql, performance.id), await readBookingsUnderWay(deps.sql, performance.id)] as const;
  // A block or a capacity on its way counts in Postgres already: it is there in a moment.
  const isUnderWay = async () =>
    (await readBlocksUnderWay(deps.sql, performance.id)).length > 0 ||
    (await areCapacitiesUnderWay(deps.sql, performance.id));
  if (await isUnderWay()) return 'changed_meanwhile';
  const before = await read();
  const ids = before[1].map((booking) => booking.id);
  const redis = await inspectZones(deps.scripts, refOf(performance), ids);
  const after = await read();
  if (JSON.stringify(before) !== JSON.stringify(after)) return 'changed_meanwhile';
  // One that was decided before the first look and asked for before it: the second look is on both sides of it.
  if (await isUnderWay()) return 'changed_meanwhile';
  return { version: redis.version, differences: compareZones(redis, ...after) };
}

/** Compares and repairs until the repair was made on what was compared; gives up, saying so, after TRIES. */
async function settle(
  deps: StockDeps,
  performance: Performance,
  part: string,
  look: () => Promise<Compared>,
): Promise<Difference[]> {
  const done: Difference[] = [];
  for (let tries = 0; tries < TRIES; tries += 1) {
    if (tries > 0) await sleep(PAUSE_MS);
    const compared = await look();
    if (compared === 'changed_meanwhile') continue;
    const some = compared.differences.slice(0, REPAIRS_PER_CALL);
    if (some.length === 0) return done;
    const repairs = some.map((difference) => difference.repair);
    if (!(await repairInventory(deps.scripts, refOf(performance), compared.version, repairs))) continue;
    done.push(...some.map((difference) => toReported(performance, difference)));
    if (some.length === compared.differences.length) return done;
    // The repair itself moved the version: the rest is compared anew, and each round makes the rest smaller.
    tries = -1;
  }
  return [
    ...done,
    { kind: 'not_settled', subject: `performance:${performance.id}`, details: { part }, outcome: 'left' },
  ];
}

const toReported = (performance: Performance, { kind, subject, details }: StockDifference): Difference => ({
  kind,
  subject,
  details: { performanceId: performance.id, ...details },
  outcome: 'repaired',
});

/** Ids of bookings and blocks. */
const underWay = async (deps: StockDeps, performance: Performance): Promise<Set<string>> => {
  const bookings = await readBookingsUnderWay(deps.sql, performance.id);
  return new Set([...bookings.map(({ id }) => id), ...(await readBlocksUnderWay(deps.sql, performance.id))]);
};

const refOf = (performance: Performance) => ({ room: performance.room, performanceId: performance.id });
