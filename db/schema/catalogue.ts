import { bigint, integer, json, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core';

const at = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });

/** The catalogue's tables that are read by drizzle (migrations 0002 and 0030). */
export const seatMaps = pgTable('seat_maps', {
  id: text().primaryKey(),
  document: json().notNull(),
  sha256: text().notNull(),
  seatCount: integer('seat_count').notNull(),
});

export const performances = pgTable('performances', {
  id: text().primaryKey(),
  eventId: text('event_id').notNull(),
  room: text().notNull(),
  startsAt: at('starts_at').notNull(),
  timeZone: text('time_zone').notNull(),
  currency: text().notNull(),
  status: text({ enum: ['scheduled', 'on_sale', 'ended'] }).notNull(),
  seatMapId: text('seat_map_id').notNull(),
  legCount: integer('leg_count').notNull(),
  placesPerBuyer: integer('places_per_buyer'),
  onSaleAt: at('on_sale_at'),
  salesCutOffSeconds: integer('sales_cut_off_seconds'),
});

export const performanceStops = pgTable(
  'performance_stops',
  {
    performanceId: text('performance_id').notNull(),
    ordinal: integer().notNull(),
    code: text().notNull(),
    name: text().notNull(),
    arrivesAt: at('arrives_at'),
    departsAt: at('departs_at'),
  },
  (table) => [primaryKey({ columns: [table.performanceId, table.ordinal] })],
);

export const zones = pgTable(
  'zones',
  {
    performanceId: text('performance_id').notNull(),
    id: text().notNull(),
    ordinal: integer().notNull(),
    name: text().notNull(),
    kind: text({ enum: ['reserved', 'general'] }).notNull(),
    class: text(),
    quota: text(),
    priceMinor: bigint('price_minor', { mode: 'number' }).notNull(),
    feeMinor: bigint('fee_minor', { mode: 'number' }).notNull(),
    capacity: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.performanceId, table.id] })],
);
