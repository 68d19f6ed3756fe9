/**
 * A Postgres array as its literal, to be passed for an array parameter: the driver's own serialiser takes each element through two
 * regular expressions and a callback, which is most of the time a large batch spends in this process. Numbers, text and null.
 */
export const arrayLiteral = (values: readonly (string | number | null)[]): string =>
  `{${values.map(toElement).join(',')}}`;

function toElement(value: string | number | null): string {
  if (value === null) return 'NULL';
  if (typeof value === 'number') return String(value);
  const isPlain = !value.includes('"') && !value.includes('\\');
  return isPlain ? `"${value}"` : `"${value.replaceAll('\\', String.raw`\\`).replaceAll('"', String.raw`\"`)}"`;
}
