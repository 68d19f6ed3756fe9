import { DEFAULT_ROOM_SETTINGS } from '../contracts/room-settings.ts';
import type { Sql } from '../db/connect.ts';
import { addEvent, addPerformance, addRoom, addSeatMap, addVenue } from '../db/queries/add-catalogue.ts';
import type { PerformanceFacts } from '../db/queries/read-catalogue.ts';

export const SHOW = 'gala';
export const ROOM = 'demo';
const SEATS = 60;
export const SEAT_MINOR = 5000;
export const STANDING_MINOR = 2000;

/** One concert: a row of reserved seats `s1` to `s60` and a zone of a few standing places. */
export async function seedCatalogue(sql: Sql, standing: number): Promise<void> {
  const seats = Array.from({ length: SEATS }, (_, i) => ({ id: `s${i + 1}`, name: String(i + 1), x: i, y: 0 }));
  await sql.begin(async (tx) => {
    await addRoom(tx, ROOM, { ...DEFAULT_ROOM_SETTINGS, name: 'Demo' }, 'seed');
    await addVenue(tx, { id: 'hall', name: 'Hall', city: 'London', country: 'GB', timeZone: 'Europe/London' });
    await addEvent(tx, { id: 'gala-event', kind: 'event', name: 'Gala', venueId: 'hall' });
    await addSeatMap(tx, 'hall-map', { zones: [{ id: 'stalls', rows: [{ name: 'A', seats }] }] });
    await addPerformance(tx, evening(SHOW, '2099-01-01T19:00:00.000Z', standing));
  });
}

/** An evening of the gala; all of them are in one hall and one room. */
export const evening = (id: string, startsAt: string, standing = 5): PerformanceFacts => ({
  id,
  eventId: 'gala-event',
  room: ROOM,
  startsAt,
  timeZone: 'Europe/London',
  currency: 'EUR',
  status: 'on_sale',
  seatMapId: 'hall-map',
  legCount: 1,
  stops: [],
  zones: [
    { id: 'stalls', name: 'Stalls', kind: 'reserved', capacity: SEATS, priceMinor: SEAT_MINOR },
    { id: 'standing', name: 'Standing', kind: 'general', capacity: standing, priceMinor: STANDING_MINOR },
  ],
});
