import type { SeatMap } from '../../contracts/catalogue.ts';
import { DEFAULT_ROOM_SETTINGS } from '../../contracts/room-settings.ts';
import type { Sql } from '../../db/connect.ts';
import { addEvent, addPerformance, addRoom, addSeatMap, addVenue } from '../../db/queries/add-catalogue.ts';
import type { PerformanceFacts } from '../../db/queries/read-catalogue.ts';

/** The performance that benches sell. */
export const SHOW = 'show';

/** Writes a room, a hall and one performance on sale, as operators would set it up: `zones` as core takes them. One transaction. */
export async function addShow(
  sql: Sql,
  { room, seatMap, zones }: { room: string; seatMap: SeatMap; zones: PerformanceFacts['zones'] },
): Promise<void> {
  await sql.begin(async (tx) => {
    await addRoom(tx, room, { ...DEFAULT_ROOM_SETTINGS, name: 'Bench' }, 'seed');
    await addVenue(tx, { id: 'hall', name: 'Hall', city: 'London', country: 'GB', timeZone: 'Europe/London' });
    await addEvent(tx, { id: 'event', kind: 'event', name: 'Bench', venueId: 'hall' });
    await addSeatMap(tx, 'map', seatMap);
    await addPerformance(tx, {
      id: SHOW,
      eventId: 'event',
      room,
      startsAt: '2099-01-01T19:00:00.000Z',
      timeZone: 'Europe/London',
      currency: 'EUR',
      status: 'on_sale',
      seatMapId: 'map',
      legCount: 1,
      stops: [],
      zones,
    });
  });
}
