import * as v from 'valibot';

/** Ids of events, performances, venues and seat maps: short slugs that stand in addresses and Redis keys. */
export const slugSchema = v.pipe(
  v.string(),
  v.regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'a slug of 1 to 64 of a-z, 0-9 and -'),
);
/** A seat's id, unique in its performance. */
export const seatIdSchema = v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]{0,63}$/i, 'a seat id'));
/** A stop's code on a train run. */
export const stopCodeSchema = v.pipe(v.string(), v.regex(/^[A-Z0-9]{1,8}$/, 'a stop code'));

export const BERTHS = ['lower', 'middle', 'upper', 'side-lower', 'side-upper'] as const;
export type Berth = (typeof BERTHS)[number];
export type SeatMapSeat = { id: string; name: string; x: number; y: number; accessible?: true; berth?: Berth };
export type SeatMapRow = { name: string; seats: SeatMapSeat[] };
export type SeatMapZone = { id: string; rows: SeatMapRow[] };
/** Immutable. A seat's index is its place in reading order: zones, rows, seats. */
export type SeatMap = { zones: SeatMapZone[] };

/** Two bits a seat in `states`, seat-map order, lowest pair of a byte first: 0 free, 1 held or pending, 2 sold, 3 blocked. */
export const SEAT_FREE = 0;
export type SeatState = 0 | 1 | 2 | 3;

export type PerformanceStatus = 'scheduled' | 'on_sale' | 'ended';
export type PerformanceSummary = {
  id: string;
  startsAt: string;
  timeZone: string;
  room: string;
  status: PerformanceStatus;
  /** When it goes on sale, where that is set. */
  onSaleAt?: string;
  fromPrice: { amountMinor: number; currency: string } | null;
  /** Of a train that was searched by its stations. */
  journey?: JourneyView;
};
/** A run between the stations asked for, with what is free on all its legs, by class. */
export type JourneyView = {
  from: { code: string; name: string; departsAt: string };
  to: { code: string; name: string; arrivesAt: string | null };
  classes: { class: string; available: number; fromPrice: { amountMinor: number; currency: string } }[];
};
export type EventView = {
  id: string;
  kind: 'event' | 'train';
  name: string;
  venue: { id: string; name: string; city: string } | null;
  performances: PerformanceSummary[];
};
export type StopView = { code: string; name: string; arrivesAt: string | null; departsAt: string | null };
export type ZoneView = {
  id: string;
  name: string;
  kind: 'reserved' | 'general';
  capacity: number;
  available: number;
  /** What one place costs, its fee in it. */
  priceMinor: number;
  /** What of the price is a fee; absent where there is none. */
  feeMinor?: number;
  class?: string;
  quota?: string;
};
export type PerformanceView = {
  id: string;
  eventId: string;
  startsAt: string;
  timeZone: string;
  room: string;
  status: PerformanceStatus;
  /** When its sale opens and ends, and how many places one buyer may have, where that is set. */
  onSaleAt?: string;
  salesEndAt?: string;
  placesPerBuyer?: number;
  currency: string;
  stops?: StopView[];
  zones: ZoneView[];
  /** Where the live states of its seats come from: pages add `/performances/{id}` (API.md, Feed). */
  feedUrl?: string;
  /** Places one visitor may hold at the same time, as its room says. */
  holdLimit?: number;
};
export type AvailabilityView = {
  /** `epoch.n`: what a feed's `since` and deltas count from. */
  version: string;
  zones: { id: string; available: number }[];
  /** base64 of 2 bits a seat. */
  states: string;
};
