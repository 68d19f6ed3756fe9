/** Money and time as visitors read them: their language, the performance's time zone and currency. */

/** An amount in minor units; the currency says how many of them make one (JPY none, EUR 100). */
export function formatMoney(amountMinor: number, currency: string, locale?: string): string {
  const format = new Intl.NumberFormat(locale, { style: 'currency', currency });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  return format.format(amountMinor / 10 ** digits);
}

/** Day and time in the given zone, with the zone's name where it is not the reader's own. */
export function formatDateTime(iso: string, timeZone: string, locale?: string): string {
  const isOwnZone = new Intl.DateTimeFormat().resolvedOptions().timeZone === timeZone;
  return new Intl.DateTimeFormat(locale, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZone,
    ...(isOwnZone ? {} : { timeZoneName: 'short' }),
  }).format(new Date(iso));
}

/** Hours and minutes in the given zone. */
export const formatTime = (iso: string, timeZone: string, locale?: string): string =>
  new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', timeZone }).format(new Date(iso));

/** A count with the reader's digit groups. */
export const formatCount = (count: number, locale?: string): string => new Intl.NumberFormat(locale).format(count);

/** A remaining time as m:ss, or h:mm:ss from one hour on. Part seconds count as a whole one, so 0:00 means over. */
export function formatRemaining(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  const tail = String(seconds % 60).padStart(2, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${tail}` : `${minutes}:${tail}`;
}
