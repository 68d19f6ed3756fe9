import * as v from 'valibot';
import { roomStockSchema, type RoomStock } from '../../contracts/room-stock.ts';
import { CORE_STOCK_KEY } from '../keys.ts';
import type { ScriptClient } from '../script-client.ts';

/** Writes what a room still has, with Redis's time; one script. */
export async function writeRoomStock(client: ScriptClient, room: string, stock: Omit<RoomStock, 'at'>): Promise<void> {
  await client.run('write-room-stock', [CORE_STOCK_KEY], [room, JSON.stringify(stock)]);
}

/** The hash as HGETALL gives it, as stocks by room; a field that is no stock is left out. */
export function parseRoomStock(fields: Record<string, string>): Map<string, RoomStock> {
  const stocks = Object.entries(fields).flatMap(([room, text]): [string, RoomStock][] => {
    const result = v.safeParse(v.pipe(v.string(), v.parseJson(), roomStockSchema), text);
    return result.success ? [[room, result.output]] : [];
  });
  return new Map(stocks);
}
