import type { Transaction } from '../../db/connect.ts';
import { connectDatabase } from '../../db/connect.ts';
import { addEvent, addPerformance, addRoom, addSeatMap, addVenue } from '../../db/queries/add-catalogue.ts';
import type { Clock } from '../../platform/clock.ts';
import { systemClock } from '../../platform/clock.ts';
import { randomSecret } from '../../platform/random.ts';
import type { DemoCatalogue } from './catalogue.ts';
import { buildDemoCatalogue } from './catalogue.ts';

export type SeedOptions = {
  /** A migrated database. */
  databaseUrl: string;
  /** Dates and the lobby of room `tatkal` count from here; they hold only for what is added now. */
  clock?: Clock;
};

export type SeedResult = {
  /** Rooms and performances that were not there before, by id. */
  added: string[];
  /** The demo's rooms and their performances, as the ready file lists them. */
  rooms: Record<string, { performances: string[] }>;
};

/**
 * Writes the demo catalogue, all or nothing. What is there already stays as it is (rates an operator changed, dates, sold
 * seats), so every start may call it. A performance's seat map is fixed with it: changed demo data needs a new data folder.
 */
export async function seedDemo({ databaseUrl, clock = systemClock }: SeedOptions): Promise<SeedResult> {
  const catalogue = buildDemoCatalogue(clock.nowMs());
  const sql = connectDatabase(databaseUrl, { max: 1, applicationName: 'onsale-seed' });
  try {
    const added = await sql.begin((tx) => addMissing(tx, catalogue));
    return { added, rooms: performancesByRoom(catalogue) };
  } finally {
    await sql.end({ timeout: 5 });
  }
}

async function addMissing(tx: Transaction, catalogue: DemoCatalogue): Promise<string[]> {
  const added: string[] = [];
  for (const room of catalogue.rooms) {
    if (await addRoom(tx, room.id, room.settings, randomSecret(''))) added.push(room.id);
  }
  for (const venue of catalogue.venues) await addVenue(tx, venue);
  for (const [id, map] of Object.entries(catalogue.seatMaps)) await addSeatMap(tx, id, map);
  for (const event of catalogue.events) {
    await addEvent(tx, event);
    for (const performance of event.performances) {
      if (await addPerformance(tx, performance)) added.push(performance.id);
    }
  }
  return added;
}

function performancesByRoom(catalogue: DemoCatalogue): SeedResult['rooms'] {
  const performances = catalogue.events.flatMap((event) => event.performances);
  return Object.fromEntries(
    catalogue.rooms.map(({ id }) => [
      id,
      { performances: performances.filter((each) => each.room === id).map((each) => each.id) },
    ]),
  );
}
