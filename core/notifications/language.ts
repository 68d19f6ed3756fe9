/** Languages that messages are written in; the first is what everybody gets whose own is not among them. */
export const LANGUAGES = ['en', 'de', 'fr', 'hi'] as const;
export type Language = (typeof LANGUAGES)[number];

/** Longer than any that a browser sends: what is longer is not looked at further. */
const MAX_HEADER = 500;

/** The language of ours that an `Accept-Language` (RFC 9110 §12.5.4) likes best; English where it likes none. */
export function pickLanguage(header: string | null | undefined): Language {
  const wishes = (header ?? '')
    .slice(0, MAX_HEADER)
    .split(',')
    .map((part, place) => {
      const [range = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase());
      const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? '1';
      return { range, weight: /^[01](\.\d{0,3})?$/.test(weight) ? Number(weight) : 0, place };
    })
    .filter(({ weight }) => weight > 0)
    .toSorted((a, b) => b.weight - a.weight || a.place - b.place);
  for (const { range } of wishes) {
    const found = toLanguage(range.split('-')[0]);
    if (found !== null) return found;
  }
  return LANGUAGES[0];
}

/** A language of ours by its tag, or null. */
export const toLanguage = (tag: string | undefined): Language | null =>
  LANGUAGES.find((language) => language === tag) ?? null;
