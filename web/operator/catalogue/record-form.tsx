import type { MovesView } from '../../../contracts/moves.ts';
import { SaveRow } from '../save-row.tsx';
import { changesOfTexts, rebaseTexts, textsOf, type Setting, type Texts } from '../setting-values.ts';
import { useVersionedForm, type Drafting, type VersionedFormProps } from '../use-versioned-form.ts';
import { Fields } from './fields-form.tsx';
import { MoveWarning, saveLabel } from './moves-card.tsx';

/** A record whose fields are all texts, as a form drafts it. */
const draftingOf = <T extends object>(settings: readonly Setting[]): Drafting<T, Texts> => ({
  draftOf: (view) => textsOf(settings, view),
  isEdited: (texts, base) => settings.some(({ name }) => texts[name] !== base[name]),
  rebase: rebaseTexts,
  changesOf: (texts, base) => changesOfTexts(settings, texts, base),
});

export type RecordFormProps<T> = VersionedFormProps<T> & {
  settings: readonly Setting[];
  what: string;
  moves?: MovesView | null;
};

/** Edits a venue or an event; `moves`: who is told when an event is at another venue. */
export function RecordForm<T extends { version: number }>({
  settings,
  what,
  moves = null,
  ...props
}: RecordFormProps<T>) {
  const form = useVersionedForm<T, Texts>(props, draftingOf(settings));
  const isMoved = moves !== null && form.draft['venueId'] !== form.saved['venueId'];
  return (
    <form class="card" noValidate aria-label="Fields" onSubmit={(event) => void form.save(event)}>
      <Fields prefix="record" settings={settings} texts={form.draft} errors={form.errors} onChange={form.change} />
      {isMoved && <MoveWarning moves={moves} />}
      <SaveRow
        form={form}
        what={what}
        savedText="Saved. Visitors see it within seconds."
        saveLabel={saveLabel(isMoved, moves)}
      />
    </form>
  );
}
