import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import type { SeatMap, SeatMapSeat } from '../../contracts/catalogue.ts';
import { seatIdSchema, slugSchema, stopCodeSchema } from '../../contracts/catalogue.ts';
import { refuseSettings, roomIdSchema, roomSettingsSchema } from '../../contracts/room-settings.ts';
import { buildDemoCatalogue, LOBBY_OPENS_AFTER_MS, SALE_OPENS_AFTER_MS } from './catalogue.ts';

/** In drawing units: nearer than this, two seats would be drawn over each other. */
const SEAT_WIDTH = 8;
const NOW = Date.parse('2026-03-10T12:00:00Z');
const catalogue = buildDemoCatalogue(NOW);
const performances = catalogue.events.flatMap((event) => event.performances);
const maps = Object.entries(catalogue.seatMaps);

const seatsOf = (map: SeatMap): SeatMapSeat[] => map.zones.flatMap((zone) => zone.rows.flatMap((row) => row.seats));
const sha256 = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex');

function closestPair(seats: SeatMapSeat[]): number {
  let least = Number.POSITIVE_INFINITY;
  for (const [index, seat] of seats.entries()) {
    for (const other of seats.slice(index + 1)) least = Math.min(least, Math.hypot(seat.x - other.x, seat.y - other.y));
  }
  return least;
}

describe('demo catalogue', () => {
  it('is the same each time, and its seat maps never change under an id', () => {
    expect(sha256(buildDemoCatalogue(NOW))).toBe(sha256(catalogue));
    expect(maps.map(([id, map]) => [id, sha256(map)])).toMatchInlineSnapshot(`
      [
        [
          "royal-albert-hall-gallery-standing",
          "31cb65184ba6aa7582129adb680d220d77edb95b98266923997a8b112c8097c8",
        ],
        [
          "train-12951",
          "e3a8d1ff09d81b659f88f788ec7ad23463a6fc1eba7d2f4aa587ff240ab3c919",
        ],
      ]
    `);
  });

  it('moves dates and the lobby with now, and nothing else', () => {
    const later = buildDemoCatalogue(NOW + 40 * 24 * 3600_000);
    expect(later.seatMaps).toEqual(catalogue.seatMaps);
    expect(later.events.flatMap((event) => event.performances.map((each) => each.id))).toEqual(
      performances.map((each) => each.id),
    );
    expect(later.events[0]?.performances[0]?.startsAt).not.toBe(performances[0]?.startsAt);
  });

  it('sells two evenings in the open room and two runs in the room whose lobby opens soon', () => {
    expect(performances.map((each) => [each.room, each.id])).toEqual([
      ['demo', 'demo-concert-1'],
      ['demo', 'demo-concert-2'],
      ['tatkal', 'demo-train-1'],
      ['tatkal', 'demo-train-2'],
    ]);
    const [demo, tatkal] = catalogue.rooms;
    expect([demo?.settings.lobbyOpensAt, demo?.settings.opensAt]).toEqual([null, null]);
    expect(Date.parse(tatkal?.settings.lobbyOpensAt ?? '')).toBe(NOW + LOBBY_OPENS_AFTER_MS);
    expect(Date.parse(tatkal?.settings.opensAt ?? '')).toBe(NOW + SALE_OPENS_AFTER_MS);
  });

  it('has rooms whose settings an operator could have sent', () => {
    for (const room of catalogue.rooms) {
      expect(v.is(roomIdSchema, room.id)).toBe(true);
      expect(v.parse(roomSettingsSchema, room.settings)).toEqual(room.settings);
      expect(refuseSettings(room.settings)).toEqual([]);
    }
  });

  it('names only venues, rooms and seat maps it holds, by valid ids', () => {
    const venues = catalogue.venues.map((venue) => venue.id);
    const rooms = catalogue.rooms.map((room) => room.id);
    for (const event of catalogue.events) {
      expect(venues).toContain(event.venueId);
      for (const performance of event.performances) {
        expect(performance.eventId).toBe(event.id);
        expect(v.is(slugSchema, performance.id)).toBe(true);
        expect(rooms).toContain(performance.room);
        expect(Object.keys(catalogue.seatMaps)).toContain(performance.seatMapId);
        expect(Date.parse(performance.startsAt)).toBeGreaterThan(NOW);
      }
    }
  });

  it.each(performances)('prices and fills every zone of $id, in seat-map order', (performance) => {
    const map = catalogue.seatMaps[performance.seatMapId];
    expect(map?.zones.map((zone) => zone.id)).toEqual(performance.zones.map((zone) => zone.id));
    for (const zone of performance.zones) {
      const rows = map?.zones.find((each) => each.id === zone.id)?.rows ?? [];
      const seats = rows.flatMap((row) => row.seats).length;
      expect(v.is(slugSchema, zone.id)).toBe(true);
      expect(Number.isInteger(zone.priceMinor) && zone.priceMinor > 0).toBe(true);
      expect(zone.capacity).toBeGreaterThan(0);
      expect(seats).toBe(zone.kind === 'reserved' ? zone.capacity : 0);
    }
  });

  it.each(maps)('gives every seat of %s an id of its own and a place of its own', (_, map) => {
    const seats = seatsOf(map);
    expect(new Set(seats.map((seat) => seat.id)).size).toBe(seats.length);
    for (const seat of seats) {
      expect(v.is(seatIdSchema, seat.id)).toBe(true);
      expect(Number.isInteger(seat.x) && Number.isInteger(seat.y) && seat.x >= 0 && seat.y >= 0).toBe(true);
    }
    const crowded = map.zones.filter((zone) => closestPair(zone.rows.flatMap((row) => row.seats)) < SEAT_WIDTH);
    expect(crowded.map((zone) => zone.id)).toEqual([]);
  });

  it('names rows once in their zone', () => {
    for (const zone of maps.flatMap(([, map]) => map.zones)) {
      expect(new Set(zone.rows.map((row) => row.name)).size).toBe(zone.rows.length);
    }
  });

  it('runs trains through their stops in order, one leg fewer than stops', () => {
    const runs = performances.filter((performance) => performance.stops.length > 0);
    expect(runs).toHaveLength(2);
    for (const run of runs) {
      const { stops } = run;
      expect(run.legCount).toBe(stops.length - 1);
      expect(stops.every((stop) => v.is(stopCodeSchema, stop.code))).toBe(true);
      expect(stops[0]?.departsAt).toBe(run.startsAt);
      const times = stops.flatMap((stop) => [stop.arrivesAt, stop.departsAt]).filter((time) => time !== null);
      expect(times).toHaveLength(2 * stops.length - 2);
      expect(times.every((time, index) => index === 0 || time > (times[index - 1] ?? ''))).toBe(true);
    }
  });
});
