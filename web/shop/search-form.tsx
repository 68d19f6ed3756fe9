import { useEffect, useState } from 'preact/hooks';
import { withTerm, type SearchTerm, type SearchTerms } from './search-terms.ts';
import { SuggestBox } from './suggest-box.tsx';

/**
 * What to look for: words with suggestions, a kind, a day, a city, the sale, and for trains two stations. What is chosen counts at once,
 * what is typed when the form is sent. `terms` are those in the address.
 */
export function SearchForm({ terms, onSearch }: { terms: SearchTerms; onSearch: (terms: SearchTerms) => void }) {
  const [draft, setDraft] = useState(terms);
  // Back and forward bring other terms.
  useEffect(() => setDraft(terms), [terms]);
  const type = (term: SearchTerm) => (value: string) => setDraft((before) => withTerm(before, term, value));
  const choose = (term: SearchTerm) => (value: string) => {
    const next = withTerm(draft, term, value);
    setDraft(next);
    onSearch(next);
  };
  const isTrains = draft.kind === 'train';
  return (
    <search>
      <form
        class="search-form"
        onSubmit={(event) => {
          event.preventDefault();
          onSearch(draft);
        }}
      >
        <div class="search-line">
          <SuggestBox
            label="Search"
            value={draft.q ?? ''}
            offers="event"
            placeholder="Name, artist, venue, city or train"
            onInput={type('q')}
            onChoose={choose('q')}
          />
          <button type="submit" class="button button-primary">
            Search
          </button>
        </div>
        <div class="search-filters">
          <Choice label="What" value={draft.kind} onChoose={choose('kind')} options={KINDS} />
          {isTrains && (
            <>
              <SuggestBox
                label="From"
                value={draft.from ?? ''}
                offers="station"
                onInput={type('from')}
                onChoose={choose('from')}
              />
              <SuggestBox
                label="To"
                value={draft.to ?? ''}
                offers="station"
                onInput={type('to')}
                onChoose={choose('to')}
              />
            </>
          )}
          <label class="field">
            <span class="field-label">Day</span>
            <input
              class="input"
              type="date"
              value={draft.on ?? ''}
              onChange={(event) => choose('on')(event.currentTarget.value)}
            />
          </label>
          {!isTrains && (
            <label class="field">
              <span class="field-label">City</span>
              <input
                class="input"
                type="text"
                maxLength={100}
                value={draft.city ?? ''}
                onInput={(event) => type('city')(event.currentTarget.value)}
                onChange={(event) => choose('city')(event.currentTarget.value)}
              />
            </label>
          )}
          <Choice label="On sale" value={draft.sale} onChoose={choose('sale')} options={SALES} />
        </div>
      </form>
    </search>
  );
}

const KINDS = { '': 'Everything', event: 'Events', train: 'Trains' };
const SALES = { '': 'Any time', now: 'Now', next: 'Soon' };

function Choice({
  label,
  value,
  options,
  onChoose,
}: {
  label: string;
  value: string | undefined;
  options: Readonly<Record<string, string>>;
  onChoose: (value: string) => void;
}) {
  return (
    <label class="field">
      <span class="field-label">{label}</span>
      <select class="input" value={value ?? ''} onChange={(event) => onChoose(event.currentTarget.value)}>
        {Object.entries(options).map(([key, text]) => (
          <option key={key} value={key}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}
