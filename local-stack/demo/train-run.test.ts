import { describe, expect, it } from 'vitest';
import { buildTrainRun, LEG_COUNT, stopsOfRun } from './train-run.ts';

const train = buildTrainRun();
const seatsIn = (zoneId: string) =>
  train.seatMap.zones.filter((zone) => zone.id === zoneId).flatMap((zone) => zone.rows.flatMap((row) => row.seats));

describe('the train run', () => {
  it('calls at the true stops and is on the road for 15 hours and 32 minutes', () => {
    const departure = Date.parse('2026-04-09T11:30:00Z');
    const stops = stopsOfRun(departure);
    expect(stops.map((stop) => stop.code).join(' ')).toBe('MMCT BVI ST BRC RTM NAD KOTA NDLS');
    expect(LEG_COUNT).toBe(7);
    expect(Date.parse(stops.at(-1)?.arrivesAt ?? '') - departure).toBe((15 * 60 + 32) * 60_000);
    expect([stops[0]?.arrivesAt, stops.at(-1)?.departsAt]).toEqual([null, null]);
  });

  it('carries one coach of 24 berths, five of 54 and eleven of 72', () => {
    const byCoach = new Map<string, number>();
    for (const row of train.seatMap.zones.flatMap((zone) => zone.rows)) {
      byCoach.set(row.name, (byCoach.get(row.name) ?? 0) + row.seats.length);
    }
    const coaches = [...byCoach].map(([name, berths]) => `${name.charAt(0)}${berths}`);
    expect(coaches).toEqual(['H24', ...Array<string>(5).fill('A54'), ...Array<string>(11).fill('B72')]);
  });

  it('numbers the berths of a bay as they are numbered in the coach', () => {
    expect(
      seatsIn('3a-general')
        .slice(0, 8)
        .map((seat) => seat.name),
    ).toEqual(['1 LB', '2 MB', '3 UB', '4 LB', '5 MB', '6 UB', '7 SL', '8 SU']);
    expect(
      seatsIn('2a-general')
        .slice(0, 6)
        .map((seat) => seat.berth),
    ).toEqual(['lower', 'upper', 'lower', 'upper', 'side-lower', 'side-upper']);
  });

  it('keeps Tatkal berths apart from general ones, dearer, and has none in First Class', () => {
    expect(train.zones.map((zone) => zone.id)).toEqual([
      '1a-general',
      '2a-general',
      '2a-tatkal',
      '3a-general',
      '3a-tatkal',
    ]);
    expect(seatsIn('3a-tatkal')[0]?.id).toBe('b1-57');
    const price = (id: string) => train.zones.find((zone) => zone.id === id)?.priceMinor ?? 0;
    expect(price('3a-tatkal')).toBeGreaterThan(price('3a-general'));
    expect(price('2a-tatkal')).toBeGreaterThan(price('2a-general'));
  });
});
