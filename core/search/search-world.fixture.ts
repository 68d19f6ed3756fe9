import { DEFAULT_ROOM_SETTINGS } from '../../contracts/room-settings.ts';
import type { Sql } from '../../db/connect.ts';
import { addEvent, addPerformance, addRoom, addVenue } from '../../db/queries/add-catalogue.ts';
import type { PerformanceFacts } from '../../db/queries/read-catalogue.ts';

const ZONE = { id: 'stalls', name: 'Stalls', kind: 'reserved' as const, capacity: 50 };
const show: PerformanceFacts = {
  id: '',
  eventId: '',
  room: 'demo',
  startsAt: '2031-03-04T19:30:00.000Z',
  timeZone: 'Europe/London',
  currency: 'GBP',
  status: 'on_sale',
  seatMapId: 'hall',
  legCount: 1,
  stops: [],
  zones: [{ ...ZONE, priceMinor: 4500 }],
};

/** Beside the fixture's concert and train: three concerts in two cities, and four runs of two trains between Mumbai and Delhi. */
export async function addSearched(sql: Sql): Promise<void> {
  await sql.begin(async (tx) => {
    const later = { ...DEFAULT_ROOM_SETTINGS, name: 'later', opensAt: '2099-01-01T00:00:00.000Z' };
    await addRoom(tx, 'later', later, 'seed');
    await addVenue(tx, {
      id: 'opera',
      name: 'Städtische Oper',
      city: 'München',
      country: 'DE',
      timeZone: 'Europe/Berlin',
    });
    await addVenue(tx, { id: 'ncpa', name: 'NCPA', city: 'Mumbai', country: 'IN', timeZone: 'Asia/Kolkata' });
    await addEvent(tx, { id: 'flute', kind: 'event', name: 'Die Zauberflöte', venueId: 'opera' });
    await addEvent(tx, { id: 'sangeet', kind: 'event', name: 'संगीत महोत्सव', venueId: 'ncpa' });
    await addEvent(tx, { id: 'lanterns', kind: 'event', name: 'The Velvet Lanterns: 100% Live_2', venueId: 'opera' });
    await addPerformance(tx, { ...show, id: 'flute-1', eventId: 'flute', timeZone: 'Europe/Berlin', currency: 'EUR' });
    // 20:30 UTC is two in the morning of the next day in India.
    const india = { timeZone: 'Asia/Kolkata', currency: 'INR', startsAt: '2031-03-04T20:30:00.000Z' };
    await addPerformance(tx, { ...show, ...india, id: 'sangeet-1', eventId: 'sangeet', room: 'later' });
    const cheap = { startsAt: '2031-05-01T18:00:00.000Z', zones: [{ ...ZONE, priceMinor: 900 }] };
    await addPerformance(tx, { ...show, ...cheap, id: 'lanterns-1', eventId: 'lanterns', status: 'scheduled' });
    await tx`UPDATE events SET performers = ARRAY['Ravi Shankar Ensemble'] WHERE id = 'sangeet'`;
    await tx`UPDATE venues SET aliases = ARRAY['Munich'] WHERE id = 'opera'`;
    await addEvent(tx, { id: 'rajdhani', kind: 'train', name: '12951 Tejas Rajdhani', venueId: null });
    await addEvent(tx, { id: 'duronto', kind: 'train', name: '12267 Duronto', venueId: null });
    for (const run of runs()) await addPerformance(tx, run);
    await tx`INSERT INTO station_names (code, name) VALUES ('NDLS', 'नई दिल्ली')`;
  });
}

/** Each leaves Mumbai at 23:30 of India's clock, which is 18:00 UTC, on three days; eight sleeper berths and two of first class. */
function runs(): PerformanceFacts[] {
  const base = { ...show, room: 'other', timeZone: 'Asia/Kolkata', currency: 'INR', seatMapId: 'train' };
  const zones = [
    {
      id: 'sleeper',
      name: 'Sleeper, General',
      kind: 'reserved' as const,
      capacity: 8,
      priceMinor: 900,
      class: 'SL',
      quota: 'GENERAL',
    },
    {
      id: 'tatkal',
      name: 'Sleeper, Tatkal',
      kind: 'reserved' as const,
      capacity: 2,
      priceMinor: 1200,
      class: 'SL',
      quota: 'TATKAL',
    },
    { id: 'first', name: 'First', kind: 'general' as const, capacity: 2, priceMinor: 4000, class: '1A' },
  ];
  const run = (id: string, eventId: string, day: number, codes: readonly (readonly [string, string])[]) => {
    const at = (hours: number) => new Date(Date.UTC(2031, 0, day, 18 + hours)).toISOString();
    const last = codes.length - 1;
    const stops = codes.map(([code, name], i) => ({
      code,
      name,
      arrivesAt: i === 0 ? null : at(4 * i),
      departsAt: i === last ? null : at(4 * i),
    }));
    return { ...base, id, eventId, startsAt: at(0), zones, stops, legCount: last };
  };
  const west = [
    ['MMCT', 'Mumbai Central'],
    ['BRC', 'Vadodara Junction'],
    ['KOTA', 'Kota Junction'],
    ['NDLS', 'New Delhi'],
  ] as const;
  return [
    run('rajdhani-10', 'rajdhani', 10, west),
    run('rajdhani-11', 'rajdhani', 11, west),
    run('duronto-10', 'duronto', 10, [
      ['BCT', 'Mumbai CSMT'],
      ['BRC', 'Vadodara Junction'],
      ['NZM', 'Delhi Nizamuddin'],
    ]),
    run('back-10', 'duronto', 10, [
      ['NDLS', 'New Delhi'],
      ['MMCT', 'Mumbai Central'],
    ]),
  ];
}
