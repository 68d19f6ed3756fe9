import type { Berth, SeatMapRow, SeatMapSeat, SeatMapZone } from '../../contracts/catalogue.ts';
import { BERTH_LETTERS } from './inventory-ref.ts';

/** Where seats lie, as best available reads it (redis/lua/includes/best-seats.lua): field of the hash `rows` → text. */
export type SeatRows = Record<string, string>;

/** Seats of one row and one kind with no aisle between them. */
export type SeatBlock = {
  /** Counted from 1 within the zone, in the order of the map. */
  row: number;
  /** Index of the first seat in its performance. */
  first: number;
  seats: number;
  /** Twice the middle of the whole row, counted from this block's first seat: a row of four has 3. */
  middle: number;
  accessible: boolean;
};

/** A gap so many times the usual distance of neighbours in the row is an aisle. */
const AISLE = 1.8;
/** Keeps the middle positive in its seven digits. */
const MIDDLE_BASE = 1_000_000;

/** The blocks of a zone whose first seat has index `start`, in reading order. */
export function toSeatBlocks(zone: SeatMapZone, start: number): SeatBlock[] {
  const blocks: SeatBlock[] = [];
  let index = start;
  for (const [i, { seats }] of zone.rows.entries()) {
    const aisle = aisleOf(seats);
    for (const [j, seat] of seats.entries()) {
      const [before, last] = [seats[j - 1], blocks.at(-1)];
      const accessible = seat.accessible === true;
      if (
        before === undefined ||
        last === undefined ||
        last.accessible !== accessible ||
        distance(before, seat) > aisle
      )
        blocks.push({ row: i + 1, first: index, seats: 1, middle: seats.length - 1 - 2 * j, accessible });
      else last.seats += 1;
      index += 1;
    }
  }
  return blocks;
}

/** A zone's fields of the hash `rows`: its blocks by kind and, where seats are berths, a letter for each. */
export function toSeatRows(zone: SeatMapZone, start: number): SeatRows {
  const blocks = toSeatBlocks(zone, start);
  const text = (accessible: boolean) =>
    blocks
      .filter((block) => block.accessible === accessible)
      .map(
        ({ row, first, seats, middle }) => pad(row, 5) + pad(first, 7) + pad(seats, 5) + pad(middle + MIDDLE_BASE, 7),
      )
      .join('');
  const rows: SeatRows = { [`${zone.id}:o`]: text(false), [`${zone.id}:a`]: text(true) };
  const berths = zone.rows.flatMap((row) => row.seats.map((seat) => letterOf(seat.berth)));
  if (berths.some((letter) => letter !== '-')) rows[`${zone.id}:b`] = pad(start, 7) + berths.join('');
  return rows;
}

/** Distance from which two neighbours have an aisle between them. Berths are neighbours by their numbers, however they are drawn. */
function aisleOf(seats: SeatMapRow['seats']): number {
  if (seats.some((seat) => seat.berth !== undefined)) return Number.POSITIVE_INFINITY;
  const gaps = seats.slice(1).map((seat, i) => distance(seats[i] ?? seat, seat));
  const usual = gaps.toSorted((a, b) => a - b)[Math.floor((gaps.length - 1) / 2)];
  return usual === undefined || usual === 0 ? Number.POSITIVE_INFINITY : AISLE * usual;
}

const distance = (a: SeatMapSeat, b: SeatMapSeat): number => Math.hypot(b.x - a.x, b.y - a.y);
const letterOf = (berth: Berth | undefined): string => (berth === undefined ? '-' : BERTH_LETTERS[berth]);
const pad = (number: number, digits: number): string => String(number).padStart(digits, '0');

/** Which group of seats side by side, of one kind, a seat lies in: the index of the group's first seat. */
export function groupOf(rows: SeatRows, zoneId: string, accessible: boolean): (seat: number) => number | undefined {
  const text = rows[`${zoneId}:${accessible ? 'a' : 'o'}`] ?? '';
  const at = (record: number, from: number, to: number) => Number(text.slice(record * 24 + from, record * 24 + to));
  return (seat) => {
    let [low, high] = [0, text.length / 24];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (at(middle, 5, 12) + at(middle, 12, 17) > seat) high = middle;
      else low = middle + 1;
    }
    const first = low < text.length / 24 ? at(low, 5, 12) : undefined;
    return first !== undefined && first <= seat ? first : undefined;
  };
}

/** How many seats of one kind lie side by side in a zone at most. */
export function longestGroup(rows: SeatRows, zoneId: string, accessible: boolean): number {
  const text = rows[`${zoneId}:${accessible ? 'a' : 'o'}`] ?? '';
  const sizes = Array.from({ length: text.length / 24 }, (_, i) => Number(text.slice(i * 24 + 12, i * 24 + 17)));
  return Math.max(0, ...sizes);
}
