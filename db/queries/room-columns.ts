import type { ParameterOrJSON } from 'postgres';
import type { RoomSettings } from '../../contracts/room-settings.ts';
import type { Transaction } from '../connect.ts';

/**
 * Settings, and what stands beside them, as columns of `rooms`: a column is its name in snake_case, lists are JSON. One rule for all
 * keeps a new setting from being forgotten in one of the statements.
 */
export function roomColumns(
  tx: Transaction,
  settings: RoomSettings,
  beside: Record<string, string | boolean | null> = {},
): Record<string, ParameterOrJSON<never>> {
  const columns: Record<string, ParameterOrJSON<never>> = {};
  for (const [name, value] of Object.entries({ ...settings, ...beside }))
    columns[columnOf(name)] = Array.isArray(value) ? tx.json(value) : value;
  return columns;
}

const columnOf = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
