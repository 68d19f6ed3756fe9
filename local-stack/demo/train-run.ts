/*
 * Indian Railways 12951, the Tejas Rajdhani from Mumbai Central to New Delhi: a night train, daily, with berths only.
 *
 * Facts: the stops, their codes and order; departure 17:00 and arrival 08:32 the next day; one AC First Class coach (H1), five
 * AC 2 Tier (A1 to A5), eleven AC 3 Tier (B1 to B11) with 24, 54 and 72 berths; how berths are numbered in a bay; that the
 * Tatkal quota is a share of the berths sold late at a higher price, and that First Class has none.
 *
 * Made: the minutes at the stops between (near the timetable, which changes), which berths are Tatkal (the last two bays of
 * each coach), fares (near the real ones; the real fare depends on the distance), every coordinate.
 */
import type { SeatMapRow, StopView } from '../../contracts/catalogue.ts';
import { isoTime } from '../../platform/clock.ts';
import type { CoachKind } from './coach-berths.ts';
import { FIRST_CLASS, layOutCoach, THREE_TIER, TWO_TIER } from './coach-berths.ts';
import type { DemoPlace, PlacePart } from './demo-place.ts';
import { assemblePlace } from './demo-place.ts';

/** When the train leaves its first stop, on the clock of India. */
export const DEPARTURE = { hour: 17, minute: 0, timeZone: 'Asia/Kolkata' };

type Stop = { code: string; name: string; day: 0 | 1; arrives?: string; departs?: string };

const STOPS: Stop[] = [
  { code: 'MMCT', name: 'Mumbai Central', day: 0, departs: '17:00' },
  { code: 'BVI', name: 'Borivali', day: 0, arrives: '17:22', departs: '17:24' },
  { code: 'ST', name: 'Surat', day: 0, arrives: '19:43', departs: '19:48' },
  { code: 'BRC', name: 'Vadodara Junction', day: 0, arrives: '21:06', departs: '21:16' },
  { code: 'RTM', name: 'Ratlam Junction', day: 1, arrives: '00:25', departs: '00:28' },
  { code: 'NAD', name: 'Nagda Junction', day: 1, arrives: '00:58', departs: '01:00' },
  { code: 'KOTA', name: 'Kota Junction', day: 1, arrives: '03:15', departs: '03:20' },
  { code: 'NDLS', name: 'New Delhi', day: 1, arrives: '08:32' },
];

const COACHES: { kind: CoachKind; names: string[] }[] = [
  { kind: FIRST_CLASS, names: ['H1'] },
  { kind: TWO_TIER, names: numbered('A', 5) },
  { kind: THREE_TIER, names: numbered('B', 11) },
];
const TATKAL_BAYS = 2;
const COACH_PITCH = 96;

/** Stretches between neighbouring stops. */
export const LEG_COUNT = STOPS.length - 1;

/** The stops of the run that leaves its first stop at `departureMs`, with absolute times. */
export function stopsOfRun(departureMs: number): StopView[] {
  const at = (day: number, clock: string | undefined): string | null =>
    clock === undefined ? null : isoTime(departureMs + minutesAfterDeparture(day, clock) * 60_000);
  return STOPS.map((stop) => ({
    code: stop.code,
    name: stop.name,
    arrivesAt: at(stop.day, stop.arrives),
    departsAt: at(stop.day, stop.departs),
  }));
}

/** The run's zones (class by quota), whole-run fares in paise, and its seat map: a row is a coach. */
export function buildTrainRun(): DemoPlace {
  const fares: Record<CoachKind['class'], { name: string; general: number; tatkal?: number }> = {
    '1A': { name: 'AC First Class', general: 4_730_00 },
    '2A': { name: 'AC 2 Tier', general: 3_780_00, tatkal: 4_280_00 },
    '3A': { name: 'AC 3 Tier', general: 2_790_00, tatkal: 3_190_00 },
  };
  const parts = COACHES.flatMap(({ kind, names }, index) => {
    const fare = fares[kind.class];
    const firstCoach = COACHES.slice(0, index).reduce((sum, coaches) => sum + coaches.names.length, 0);
    const tatkalBays = fare.tatkal === undefined ? 0 : TATKAL_BAYS;
    const coaches = layOutCoaches(kind, names, firstCoach, tatkalBays);
    const general = quotaZone(kind, fare.name, 'GENERAL', fare.general, coaches.general);
    return fare.tatkal === undefined
      ? [general]
      : [general, quotaZone(kind, fare.name, 'TATKAL', fare.tatkal, coaches.tatkal)];
  });
  return assemblePlace(parts);
}

function layOutCoaches(kind: CoachKind, names: string[], firstCoach: number, tatkalBays: number) {
  const laidOut = names.map((name, index) => ({
    name,
    bays: layOutCoach(kind, name, (firstCoach + index) * COACH_PITCH),
  }));
  const split = kind.compartments.length - tatkalBays;
  return {
    general: laidOut.map(({ name, bays }) => ({ name, seats: bays.slice(0, split).flat() })),
    tatkal: laidOut.map(({ name, bays }) => ({ name, seats: bays.slice(split).flat() })),
  };
}

function quotaZone(
  kind: CoachKind,
  className: string,
  quota: 'GENERAL' | 'TATKAL',
  priceMinor: number,
  rows: SeatMapRow[],
): PlacePart {
  const label = quota === 'GENERAL' ? 'General' : 'Tatkal';
  return {
    kind: 'reserved',
    id: `${kind.class}-${quota}`.toLowerCase(),
    name: `${className}, ${label}`,
    priceMinor,
    rows,
    class: kind.class,
    quota,
  };
}

function minutesAfterDeparture(day: number, clock: string): number {
  const [hour = 0, minute = 0] = clock.split(':').map(Number);
  return (day * 24 + hour - DEPARTURE.hour) * 60 + minute - DEPARTURE.minute;
}

function numbered(letter: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${letter}${index + 1}`);
}
