import type { PerformanceStatus, SeatMap } from '../../contracts/catalogue.ts';
import type { RoomSettings } from '../../contracts/room-settings.ts';
import { DEFAULT_ROOM_SETTINGS } from '../../contracts/room-settings.ts';
import type { NewEvent, NewVenue } from '../../db/queries/add-catalogue.ts';
import type { PerformanceFacts } from '../../db/queries/read-catalogue.ts';
import { isoTime } from '../../platform/clock.ts';
import { buildConcertHall } from './concert-hall.ts';
import type { DemoPlace } from './demo-place.ts';
import { localTimeAfterDays } from './local-time.ts';
import { buildTrainRun, DEPARTURE, LEG_COUNT, stopsOfRun } from './train-run.ts';

export type DemoRoom = { id: string; settings: RoomSettings };
export type DemoVenue = NewVenue;
export type DemoEvent = NewEvent & { performances: PerformanceFacts[] };
/** What a fresh stack offers. `seatMaps` are shared by the performances that name them. */
export type DemoCatalogue = {
  rooms: DemoRoom[];
  venues: DemoVenue[];
  events: DemoEvent[];
  seatMaps: Record<string, SeatMap>;
};

const HALL: DemoVenue = {
  id: 'royal-albert-hall',
  name: 'Royal Albert Hall',
  city: 'London',
  country: 'GB',
  timeZone: 'Europe/London',
};
const ORIGIN: DemoVenue = {
  id: 'mumbai-central',
  name: 'Mumbai Central',
  city: 'Mumbai',
  country: 'IN',
  timeZone: DEPARTURE.timeZone,
  aliases: ['Bombay Central', 'मुंबई सेंट्रल'],
};
const ON_SALE: PerformanceStatus = 'on_sale';
const HALL_MAP = 'royal-albert-hall-gallery-standing';
const TRAIN_MAP = 'train-12951';

/** How long after `nowMs` the lobby of the train's room opens, and its sale: time to look round, not to get bored. */
export const LOBBY_OPENS_AFTER_MS = 60_000;
export const SALE_OPENS_AFTER_MS = 180_000;

/** Days ahead of the first date. So far that a data folder kept for weeks still sells (real Tatkal opens a day ahead). */
const FIRST_DATE_DAYS = 30;

/**
 * Everything a fresh stack offers, as plain data. Ids, places, zones and prices never change; only dates and the opening of the
 * train's room follow `nowMs` (milliseconds since 1970).
 */
export function buildDemoCatalogue(nowMs: number): DemoCatalogue {
  const hall = buildConcertHall();
  const train = buildTrainRun();
  return {
    rooms: demoRooms(nowMs),
    venues: [HALL, ORIGIN],
    events: [concert(hall, nowMs), trainRuns(train, nowMs)],
    seatMaps: { [HALL_MAP]: hall.seatMap, [TRAIN_MAP]: train.seatMap },
  };
}

function demoRooms(nowMs: number): DemoRoom[] {
  const demo: RoomSettings = {
    ...DEFAULT_ROOM_SETTINGS,
    name: 'Night Music at the Royal Albert Hall',
    newUsersPerMinute: 300,
    totalActiveUsers: 250,
  };
  const tatkal: RoomSettings = {
    ...DEFAULT_ROOM_SETTINGS,
    name: 'Tatkal, 12951 Mumbai Central to New Delhi',
    newUsersPerMinute: 120,
    totalActiveUsers: 100,
    lobbyOpensAt: isoTime(nowMs + LOBBY_OPENS_AFTER_MS),
    opensAt: isoTime(nowMs + SALE_OPENS_AFTER_MS),
  };
  return [
    { id: 'demo', settings: demo },
    { id: 'tatkal', settings: tatkal },
  ];
}

/** Two evenings of one concert; the orchestra is invented. */
function concert(hall: DemoPlace, nowMs: number): DemoEvent {
  const id = 'demo-concert';
  const evening = { hour: 19, minute: 30, timeZone: HALL.timeZone };
  const performances = [0, 1].map((day) => ({
    id: `${id}-${day + 1}`,
    eventId: id,
    room: 'demo',
    startsAt: isoTime(localTimeAfterDays(nowMs, FIRST_DATE_DAYS + day, evening)),
    timeZone: HALL.timeZone,
    currency: 'GBP',
    status: ON_SALE,
    legCount: 1,
    stops: [],
    zones: hall.zones,
    seatMapId: HALL_MAP,
  }));
  return { id, kind: 'event', name: 'Night Music: the Lantern Quay Philharmonic', venueId: HALL.id, performances };
}

function trainRuns(train: DemoPlace, nowMs: number): DemoEvent {
  const id = 'demo-train';
  const performances = [0, 1].map((day) => {
    const departureMs = localTimeAfterDays(nowMs, FIRST_DATE_DAYS + day, DEPARTURE);
    return {
      id: `${id}-${day + 1}`,
      eventId: id,
      room: 'tatkal',
      startsAt: isoTime(departureMs),
      timeZone: DEPARTURE.timeZone,
      currency: 'INR',
      status: ON_SALE,
      stops: stopsOfRun(departureMs),
      legCount: LEG_COUNT,
      zones: train.zones,
      seatMapId: TRAIN_MAP,
    };
  });
  return {
    id,
    kind: 'train',
    name: '12951 Tejas Rajdhani, Mumbai Central to New Delhi',
    venueId: ORIGIN.id,
    aliases: ['तेजस राजधानी', 'मुंबई', 'नई दिल्ली'],
    performances,
  };
}
