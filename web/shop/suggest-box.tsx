import { useId, useState } from 'preact/hooks';
import type { Suggestion } from '../../contracts/search.ts';
import { useSuggestions } from './use-suggestions.ts';

export type SuggestBoxProps = {
  label: string;
  value: string;
  /** Which suggestions it offers. */
  offers: Suggestion['type'];
  placeholder?: string;
  onInput: (value: string) => void;
  /** A suggestion was chosen; its text is what the box then holds. */
  onChoose: (text: string) => void;
};

/** What a box holds once a suggestion is chosen. */
const textOf = (suggestion: Suggestion): string => (suggestion.type === 'station' ? suggestion.code : suggestion.name);

const keyOf = (suggestion: Suggestion): string =>
  suggestion.type === 'station' ? `station ${suggestion.code}` : suggestion.id;

/**
 * A text field that suggests while one types: an editable combobox with a list (WAI-ARIA APG). The arrows move through the list, Enter
 * chooses, Escape closes it and leaves the text; the focus stays in the field all the time. Enter with nothing chosen sends the form.
 */
export function SuggestBox({ label, value, offers, placeholder, onInput, onChoose }: SuggestBoxProps) {
  const id = useId();
  const [isOpen, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const options = useSuggestions(value, isOpen).filter(({ type }) => type === offers);
  const isShown = isOpen && options.length > 0;
  const close = () => {
    setOpen(false);
    setActive(-1);
  };
  const choose = (suggestion: Suggestion) => {
    close();
    onChoose(textOf(suggestion));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const chosen = options[active];
    if (event.key === 'Escape' && isShown) close();
    else if (event.key === 'Enter' && isShown && chosen !== undefined) choose(chosen);
    else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      setOpen(true);
      setActive((last) => step(last, event.key === 'ArrowDown' ? 1 : -1, options.length));
    } else return;
    event.preventDefault();
  };
  return (
    <div class="suggest field">
      <label class="field-label" for={id}>
        {label}
      </label>
      <input
        id={id}
        class="input"
        type="text"
        role="combobox"
        autocomplete="off"
        spellcheck={false}
        maxLength={200}
        aria-autocomplete="list"
        aria-expanded={isShown}
        aria-controls={`${id}-list`}
        {...(isShown && active >= 0 ? { 'aria-activedescendant': `${id}-${active}` } : {})}
        {...(placeholder === undefined ? {} : { placeholder })}
        value={value}
        onInput={(event) => {
          setOpen(true);
          setActive(-1);
          onInput(event.currentTarget.value);
        }}
        onKeyDown={onKeyDown}
        onBlur={close}
      />
      <div id={`${id}-list`} class="suggest-list" role="listbox" aria-label={label} hidden={!isShown}>
        {options.map((option, index) => (
          // The field keeps the focus and its keys; a press must not take it away before the click comes.
          // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus -- the keys of the list are the field's
          <div
            key={keyOf(option)}
            id={`${id}-${index}`}
            class="suggest-option"
            role="option"
            aria-selected={index === active}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => choose(option)}
          >
            <span>{option.name}</span> <span class="quiet">{asideOf(option)}</span>
          </div>
        ))}
      </div>
      <span class="visually-hidden" role="status">
        {isShown ? `${options.length} suggestions` : ''}
      </span>
    </div>
  );
}

const asideOf = (suggestion: Suggestion): string =>
  suggestion.type === 'station' ? suggestion.code : (suggestion.place ?? (suggestion.kind === 'train' ? 'Train' : ''));

/** Round the list, by way of the text itself (-1). */
const step = (from: number, by: number, count: number): number => ((from + 1 + by + count + 1) % (count + 1)) - 1;
