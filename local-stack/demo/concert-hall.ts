/*
 * The Royal Albert Hall, London, set up for a seated concert with standing in the Gallery.
 *
 * Facts: the names of the areas (Arena, Stalls, Loggia, Grand Tier, Second Tier, Rausing Circle, Choir, Gallery); the letters
 * of the Stalls (G to O without I) and of the Circle (P to Y), running round the room from the stage's one side to its other;
 * Choir seats east and west of the organ; Stalls rows 1 to 11 with about 1,534 seats; boxes of 8 in the Loggia and of 5 in
 * the Second Tier; eight wheelchair spaces in the back row of the Stalls; a Gallery where people stand; at most 5,544 people.
 *
 * Made: seats of each row, number of boxes, ten seats to every Grand Tier box (the real ones differ), rows of Arena, Choir
 * and Circle, how wide each section is, every coordinate, every price. Levels that lie above each other are drawn as rings.
 */
import type { SeatMapRow } from '../../contracts/catalogue.ts';
import type { Arc } from './curved-rows.ts';
import { CENTRE, fanOut, numberSeats, spreadOnArc } from './curved-rows.ts';
import type { DemoPlace, PlacePart } from './demo-place.ts';
import { assemblePlace } from './demo-place.ts';

/** The most people the hall may hold, seated and standing together. */
export const HALL_MAXIMUM = 5544;
/** Wheelchair spaces in the back row of the Stalls; each is sold beside a companion's seat. */
export const WHEELCHAIR_SPACES = 8;

const STALLS = ['G', 'H', 'J', 'K', 'L', 'M', 'N', 'O'];
const CIRCLE = ['P', 'Q', 'R', 'S', 'T', 'U', 'V', 'W', 'X', 'Y'];
const STALLS_ROWS = 11;
const ACCESSIBLE_SECTIONS = ['K', 'L'];

/** The hall's zones from the floor to the roof, in pounds' pence, and its seat map: zone by zone, row by row, left to right. */
export function buildConcertHall(): DemoPlace {
  return assemblePlace([
    { kind: 'reserved', id: 'arena', name: 'Arena', priceMinor: 72_00, rows: arenaRows() },
    ...stalls(),
    boxes({ id: 'loggia', name: 'Loggia', priceMinor: 88_00, count: 34, radius: 490, ranks: [4, 4] }),
    boxes({ id: 'grand-tier', name: 'Grand Tier', priceMinor: 110_00, count: 32, radius: 540, ranks: [5, 5] }),
    boxes({ id: 'second-tier', name: 'Second Tier', priceMinor: 64_00, count: 72, radius: 590, ranks: [2, 3] }),
    ...circle(),
    choir('east', { from: -165, to: -132 }),
    choir('west', { from: 132, to: 165 }),
    { kind: 'general', id: 'gallery-standing', name: 'Gallery (standing)', priceMinor: 12_00, capacity: 450 },
  ]);
}

/** Rows across the floor, bent round the stage, cut by an aisle in the middle; as long as the oval floor allows. */
function arenaRows(): SeatMapRow[] {
  return Array.from({ length: 20 }, (_, index) => {
    const distance = -96 + 16 * index;
    const halfWidth = 222 * Math.sqrt(1 - (distance / 270) ** 2);
    const half = Math.floor((halfWidth - 12) / 10.5);
    const points = Array.from({ length: 2 * half }, (_, seat) => {
      const side = seat < half ? -1 : 1;
      const x = side * 6 + (seat - half + 0.5) * 10.5;
      return { x: Math.round(CENTRE.x + x), y: Math.round(CENTRE.y + distance - x ** 2 / 1500) };
    });
    return { name: String(index + 1), seats: numberSeats(`arena-${index + 1}`, points) };
  });
}

function stalls(): PlacePart[] {
  return fanOut(STALLS, 125, 2.5).map(({ section, arc, fromTheSide }) => {
    const id = `stalls-${section.toLowerCase()}`;
    const rows = growingRows({ id, arc, radius: 260, depth: 20, first: 13, count: STALLS_ROWS });
    const name = `Stalls ${section}`;
    const priceMinor = 48_00 + 7_00 * fromTheSide;
    if (!ACCESSIBLE_SECTIONS.includes(section)) return { kind: 'reserved', id, name, priceMinor, rows };
    return { kind: 'reserved', id, name, priceMinor, rows: [...rows.slice(0, -1), accessibleRow(id, arc)] };
  });
}

/** The back row of a middle section: a wheelchair space (`W`), its companion's seat (`C`), and so on. */
function accessibleRow(zoneId: string, arc: Arc): SeatMapRow {
  const name = String(STALLS_ROWS);
  const pairs = WHEELCHAIR_SPACES / ACCESSIBLE_SECTIONS.length;
  const seats = numberSeats(`${zoneId}-${name}`, spreadOnArc(arc, 460, 2 * pairs));
  const kinds = ['W', 'C'];
  return {
    name,
    seats: seats.map((seat, index) => ({
      ...seat,
      name: `${kinds[index % 2]}${Math.floor(index / 2) + 1}`,
      accessible: true,
    })),
  };
}

function circle(): PlacePart[] {
  return fanOut(CIRCLE, 145, 2).map(({ section, arc, fromTheSide }) => {
    const id = `circle-${section.toLowerCase()}`;
    return {
      kind: 'reserved',
      id,
      name: `Rausing Circle ${section}`,
      priceMinor: 22_00 + 4_00 * fromTheSide,
      rows: growingRows({ id, arc, radius: 642, depth: 18, first: 19, count: 7 }),
    };
  });
}

function choir(side: 'east' | 'west', arc: Arc): PlacePart {
  const id = `choir-${side}`;
  const name = side === 'east' ? 'East Choir' : 'West Choir';
  return {
    kind: 'reserved',
    id,
    name,
    priceMinor: 30_00,
    rows: growingRows({ id, arc, radius: 300, depth: 20, first: 13, count: 8 }),
  };
}

/** Boxes round the room, each a row of its own: a rank at the front, a rank behind it. */
function boxes(tier: {
  id: string;
  name: string;
  priceMinor: number;
  count: number;
  radius: number;
  ranks: number[];
}): PlacePart {
  const numbers = Array.from({ length: tier.count }, (_, index) => index + 1);
  const rows = fanOut(numbers, 135, 75 / tier.count).map(({ section, arc }) => {
    const points = tier.ranks.flatMap((seats, rank) => spreadOnArc(arc, tier.radius + 13 * rank, seats));
    return { name: `Box ${section}`, seats: numberSeats(`${tier.id}-${section}`, points) };
  });
  return { kind: 'reserved', id: tier.id, name: tier.name, priceMinor: tier.priceMinor, rows };
}

/** Rows one behind the other, each a seat longer than the one before it. */
function growingRows(section: {
  id: string;
  arc: Arc;
  radius: number;
  depth: number;
  first: number;
  count: number;
}): SeatMapRow[] {
  return Array.from({ length: section.count }, (_, index) => {
    const points = spreadOnArc(section.arc, section.radius + section.depth * index, section.first + index);
    return { name: String(index + 1), seats: numberSeats(`${section.id}-${index + 1}`, points) };
  });
}
