import { randomUUID } from 'node:crypto';

/**
 * Row ids: uuid v7 (RFC 9562 §5.7), so that they sort by time and fit Postgres's `uuid`. Never a secret. Those of one process and one
 * millisecond are counted in the 12 bits behind the time (§6.2, method 1); the other 62 are random. Out of Node's own `randomUUID`, which draws
 * for many at once: a booking takes ten of them, and the uuid package draws for each.
 */
export function newId(): string {
  const nowMs = Date.now();
  if (nowMs > lastMs) startMs(nowMs);
  else if (count === MAX_COUNT) startMs(lastMs + 1);
  else count += 1;
  return `${time}-7${(0x1000 + count).toString(16).slice(1)}${randomUUID().slice(18)}`;
}

const MAX_COUNT = 0xfff;
let [lastMs, count, time] = [0, 0, ''];

function startMs(ms: number): void {
  [lastMs, count] = [ms, 0];
  const hex = ms.toString(16).padStart(12, '0');
  time = `${hex.slice(0, 8)}-${hex.slice(8)}`;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Whether a path parameter can be a row id at all; anything else is a 404 without a query. */
export const isId = (text: string): boolean => UUID.test(text);
