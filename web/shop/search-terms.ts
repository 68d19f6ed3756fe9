/** What a visitor looks for, as it stands in the shop's address and in the API's; every term is optional. */
export const SEARCH_TERMS = ['q', 'kind', 'from', 'to', 'on', 'city', 'sale'] as const;
export type SearchTerm = (typeof SEARCH_TERMS)[number];
export type SearchTerms = { readonly [term in SearchTerm]?: string };

/** Reads the terms of an address; empty ones are left out. */
export function readTerms(query: URLSearchParams): SearchTerms {
  return Object.fromEntries(
    SEARCH_TERMS.flatMap((term) => {
      const value = query.get(term)?.trim() ?? '';
      return value === '' ? [] : [[term, value]];
    }),
  );
}

/** The terms that have a value, with those that belong to trains only where trains are looked for between two stations. */
export function toQuery(terms: SearchTerms): Record<string, string> {
  const hasJourney = terms.kind === 'train' && terms.from !== undefined && terms.to !== undefined;
  return Object.fromEntries(
    SEARCH_TERMS.flatMap((term): [string, string][] => {
      const value = terms[term]?.trim() ?? '';
      if (value === '' || ((term === 'from' || term === 'to') && !hasJourney)) return [];
      return [[term, value]];
    }),
  );
}

/** Puts a term in place of what it was; an empty value takes it away. */
export function withTerm(terms: SearchTerms, term: SearchTerm, value: string): SearchTerms {
  const { [term]: _before, ...rest } = terms;
  return value === '' ? rest : { ...rest, [term]: value };
}
