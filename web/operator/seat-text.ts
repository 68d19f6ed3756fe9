import type { SeatMapRow } from '../../contracts/catalogue.ts';

/** What a text names: seats by their ids in reading order, and the parts that name none. */
export type NamedSeats = { seats: string[]; unknown: string[] };

/**
 * Reads seats as operators write them, a row a line: `3: 1-12, 14`. `12-1` is the same as `1-12`; a name that holds a dash is taken as it
 * stands first. Nothing is named twice. Pure.
 */
export function readSeats(text: string, rows: readonly SeatMapRow[]): NamedSeats {
  const named = new Set<string>();
  const unknown: string[] = [];
  for (const line of text.split('\n').map((one) => one.trim())) {
    if (line === '') continue;
    const colon = line.lastIndexOf(':');
    const row = rows.find(({ name }) => isSame(name, line.slice(0, Math.max(0, colon)).trim()));
    if (row === undefined) {
      unknown.push(line);
      continue;
    }
    for (const part of line.slice(colon + 1).split(',')) {
      const found = seatsOf(row, part.trim());
      if (found.length === 0) unknown.push(`${row.name}: ${part.trim()}`);
      for (const id of found) named.add(id);
    }
  }
  const inOrder = rows.flatMap(({ seats }) => seats.flatMap(({ id }) => (named.has(id) ? [id] : [])));
  return { seats: inOrder, unknown };
}

/** Writes seats as `readSeats` takes them: neighbours as a range. What is in no row stands alone, by its id. Pure. */
export function writeSeats(ids: readonly string[], rows: readonly SeatMapRow[]): string[] {
  const left = new Set(ids);
  const lines = rows.flatMap(({ name, seats }) => {
    const runs: { first: string; last: string }[] = [];
    let isOpen = false;
    for (const seat of seats) {
      const isNamed = left.delete(seat.id);
      const run = runs.at(-1);
      if (isNamed && isOpen && run !== undefined) run.last = seat.name;
      else if (isNamed) runs.push({ first: seat.name, last: seat.name });
      isOpen = isNamed;
    }
    const parts = runs.map(({ first, last }) => (first === last ? first : `${first}-${last}`));
    return parts.length === 0 ? [] : [`${name}: ${parts.join(', ')}`];
  });
  return [...lines, ...left];
}

function seatsOf({ seats }: SeatMapRow, part: string): string[] {
  const place = (name: string) => seats.findIndex((seat) => isSame(seat.name, name.trim()));
  const own = seats[place(part)];
  if (own !== undefined) return [own.id];
  const [from, to, ...more] = part.split(/[-–]/).map(place);
  if (from === undefined || to === undefined || more.length > 0 || from < 0 || to < 0) return [];
  return seats.slice(Math.min(from, to), Math.max(from, to) + 1).map(({ id }) => id);
}

const isSame = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();
