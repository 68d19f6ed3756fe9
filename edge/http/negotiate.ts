/** A media range of an Accept header with its weight (RFC 9110 §12.5.1). */
type Range = { type: string; subtype: string; q: number };

/**
 * The offer that the Accept header likes best. Equal weights go to the earlier offer, which also answers an absent header;
 * null when every offer is refused by `q=0` or unnamed.
 */
export function preferred<const T extends string>(accept: string | undefined, offers: readonly T[]): T | null {
  const ranges = parseAccept(accept);
  let best: { offer: T; q: number } | null = null;
  for (const offer of offers) {
    const q = weightOf(offer, ranges);
    if (q > (best?.q ?? 0)) best = { offer, q };
  }
  return best?.offer ?? null;
}

/** Whether HTML is wanted rather than JSON; a caller who names neither (`*` + `/*`, or nothing) gets JSON. */
export const prefersHtml = (accept: string | undefined): boolean =>
  preferred(accept, ['application/json', 'text/html']) === 'text/html';

function parseAccept(accept: string | undefined): Range[] {
  if (accept === undefined || accept.trim() === '') return [{ type: '*', subtype: '*', q: 1 }];
  return accept.split(',').flatMap((part) => {
    const [range = '', ...parameters] = part.split(';').map((piece) => piece.trim().toLowerCase());
    const [type, subtype] = range.split('/');
    const weight = Number(parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? 1);
    if (!type || !subtype || !(weight >= 0 && weight <= 1)) return [];
    return [{ type, subtype, q: weight }];
  });
}

/** The weight of the most specific range that covers the offer. */
function weightOf(offer: string, ranges: Range[]): number {
  const [type, subtype] = offer.split('/');
  const exact = ranges.find((range) => range.type === type && range.subtype === subtype);
  const group = ranges.find((range) => range.type === type && range.subtype === '*');
  const any = ranges.find((range) => range.type === '*' && range.subtype === '*');
  return (exact ?? group ?? any)?.q ?? 0;
}
