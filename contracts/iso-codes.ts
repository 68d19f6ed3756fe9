import * as v from 'valibot';

/** Codes of money, time zones and countries as the runtime's own tables (Intl, CLDR) know them, and moments. */

/** Years that a catalogue may speak of: Postgres knows more, and a typing error is none of these. */
const [FIRST_YEAR, LAST_YEAR] = [2000, 2199];

/** ISO 4217. */
export const currencySchema = v.pipe(
  v.string(),
  v.check((code) => tables().currencies.has(code), 'is no currency of ISO 4217, as EUR'),
);

/** A name of the IANA time zone database. Offsets are refused: they know no summer. */
export const timeZoneSchema = v.pipe(
  v.string(),
  v.maxLength(64),
  v.check(isTimeZone, 'is no IANA time zone, as Europe/London'),
);

/** ISO 3166-1 alpha-2. */
export const countrySchema = v.pipe(
  v.string(),
  v.check(
    (code) => /^[A-Z]{2}$/.test(code) && tables().countries.of(code) !== undefined,
    'is no country of ISO 3166-1, as GB',
  ),
);

/** A moment, told in UTC to the millisecond whatever offset it came with; one that no calendar has (31 February) is refused. */
export const momentSchema = v.pipe(
  v.string(),
  v.isoTimestamp('a time with its offset, as 2030-05-01T18:00:00Z'),
  v.check(isOnCalendar, 'is on no calendar'),
  v.transform((text) => new Date(text).toISOString()),
);

let known: { currencies: Set<string>; countries: Intl.DisplayNames } | undefined;
// Made at the first use: workerd starts faster, and most of its isolates never need them.
const tables = () =>
  (known ??= {
    currencies: new Set(Intl.supportedValuesOf('currency')),
    countries: new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' }),
  });

function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+/-]*$/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** The language's own parser turns 31 February into 3 March. */
function isOnCalendar(text: string): boolean {
  const [year = 0, month = 0, day = 0] = text.slice(0, 10).split('-').map(Number);
  if (year < FIRST_YEAR || year > LAST_YEAR) return false;
  return !Number.isNaN(Date.parse(text)) && day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}
