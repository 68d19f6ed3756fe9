/** A time of day on a place's own clock. */
export type LocalTime = { hour: number; minute: number; timeZone: string };

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** The instant (ms since 1970) when the place's clock shows `time` on the date `days` after the date it shows at `nowMs`. */
export function localTimeAfterDays(nowMs: number, days: number, time: LocalTime): number {
  const today = Math.floor((nowMs + offsetMs(nowMs, time.timeZone)) / DAY_MS) * DAY_MS;
  const wall = today + days * DAY_MS + (time.hour * 60 + time.minute) * MINUTE_MS;
  // The offset is asked for near the instant itself: the clocks may change between now and then.
  return wall - offsetMs(wall - offsetMs(wall, time.timeZone), time.timeZone);
}

/** How far the zone's clock is ahead of UTC at an instant, in milliseconds. */
function offsetMs(atMs: number, timeZone: string): number {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone, timeZoneName: 'longOffset' });
  const name = format.formatToParts(atMs).find((part) => part.type === 'timeZoneName')?.value ?? 'GMT';
  const [, sign, hours, minutes] = /^GMT([+-])(\d{2}):(\d{2})$/.exec(name) ?? [];
  const size = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * MINUTE_MS;
  return sign === '-' ? -size : size;
}
