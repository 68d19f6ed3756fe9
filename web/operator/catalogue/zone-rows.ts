import type { FieldError } from '../../../contracts/errors.ts';
import type { OperatorPerformanceView } from '../../../contracts/operator-catalogue.ts';
import { NOT_WHOLE, WHOLE } from '../setting-values.ts';
import { readMoney, writeMoney } from './money-text.ts';

/** A zone as it is typed: prices in the currency's own units, “50.00”. */
export type ZoneTexts = { id: string; name: string; price: string; fee: string; capacity: string };

export const NEW_ZONE: ZoneTexts = { id: '', name: '', price: '', fee: '', capacity: '' };

/** A performance's zones as they stand in the form. Pure. */
export const zoneTextsOf = ({ zones, currency }: Pick<OperatorPerformanceView, 'zones' | 'currency'>): ZoneTexts[] =>
  zones.map(({ id, name, priceMinor, feeMinor, capacity }) => ({
    id,
    name,
    price: writeMoney(priceMinor, currency),
    fee: writeMoney(feeMinor, currency),
    capacity: String(capacity),
  }));

/**
 * What of the zones is sent: every one by its id, so that errors count them as the form does, with the fields that differ from `base`; none
 * when nothing differs. What is left empty in a new zone is not said, since its seat map may. Pure.
 */
export function zoneChanges(
  zones: readonly ZoneTexts[],
  base: readonly ZoneTexts[],
  currency: string,
): { zones: Record<string, unknown>[]; errors: FieldError[] } {
  const errors: FieldError[] = [];
  const wanted = zones.map((zone, index) => {
    const known = base.find(({ id }) => id === zone.id) ?? NEW_ZONE;
    const change: Record<string, unknown> = { id: zone.id.trim() };
    const take = (field: keyof ZoneTexts, name: string, read: (text: string) => unknown, fault: string) => {
      const text = zone[field].trim();
      if (text === known[field].trim()) return;
      const value = read(text);
      if (value === null) errors.push({ path: `zones.${index}.${name}`, message: fault });
      else change[name] = value;
    };
    take('name', 'name', (text) => text, '');
    take('price', 'priceMinor', (text) => readMoney(text, currency), NO_MONEY);
    take('fee', 'feeMinor', (text) => readMoney(text, currency), NO_MONEY);
    take('capacity', 'capacity', (text) => (WHOLE.test(text) ? Number(text) : null), NOT_WHOLE);
    return change;
  });
  const isChanged = zones.length !== base.length || wanted.some((change) => Object.keys(change).length > 1);
  return { zones: isChanged ? wanted : [], errors };
}

const NO_MONEY = 'Enter an amount, as in 50 or 49.50.';
