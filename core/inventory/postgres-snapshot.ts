import type { Sql } from '../../db/connect.ts';
import { readClaimedStock } from '../../db/queries/read-claims.ts';
import { type InventorySnapshot, writeState } from '../../redis/inventory/availability.ts';
import type { Performance } from '../catalogue/performance.ts';
import { toLayout } from './places.ts';

const STATE_OF = { pending: 1, sold: 2, blocked: 3, offered: 1 } as const;

/**
 * A snapshot from Postgres's claims, for looking while Redis is away: unbooked holds show as free. Its version is the epoch's
 * first, so that whatever Redis says later is newer.
 */
export async function readPostgresSnapshot(sql: Sql, performance: Performance): Promise<InventorySnapshot> {
  const stock = await readClaimedStock(sql, performance.id);
  const stride = Math.ceil(performance.seats.seatCount / 4);
  const legs = Array.from({ length: performance.legCount }, () => new Uint8Array(stride));
  for (const { leg, state, seatIds } of stock.seats) {
    const states = legs[leg];
    if (states === undefined) continue;
    for (const seatId of seatIds) {
      const seat = performance.seats.find(seatId);
      if (seat !== undefined) writeState(states, seat.index, STATE_OF[state]);
    }
  }
  const zones = new Map<string, number[]>();
  for (const { zoneId, leg, free } of stock.general) {
    const byLeg = zones.get(zoneId) ?? legs.map(() => 0);
    byLeg[leg] = free;
    zones.set(zoneId, byLeg);
  }
  return {
    version: `${stock.epoch}.0`,
    seats: performance.seats.seatCount,
    layout: toLayout(performance),
    legs,
    zones,
  };
}
