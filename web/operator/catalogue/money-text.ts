/** An amount of minor units as it is typed, with a point and all digits of the currency: 4950 EUR is “49.50”. Pure. */
export function writeMoney(amountMinor: number, currency: string): string {
  const digits = digitsOf(currency);
  return (amountMinor / 10 ** digits).toFixed(digits);
}

/** The minor units of a typed amount, with a point or a comma before the digits of the currency; null for anything else. Pure. */
export function readMoney(text: string, currency: string): number | null {
  const [, whole, part = ''] = /^(\d{1,12})(?:[.,](\d+))?$/.exec(text.trim()) ?? [];
  const digits = digitsOf(currency);
  if (whole === undefined || part.length > digits) return null;
  return Number(whole) * 10 ** digits + Number(part.padEnd(digits, '0') || '0');
}

/** Two where nobody knows the currency: the server will say so. */
function digitsOf(currency: string): number {
  try {
    return new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
  } catch {
    return 2;
  }
}
