import type { OperatorPerformanceView } from '../../../contracts/operator-catalogue.ts';
import type { MovesView } from '../../../contracts/moves.ts';
import { SaveRow } from '../save-row.tsx';
import { changesOfTexts, rebaseTexts, textsOf, type Texts } from '../setting-values.ts';
import { useVersionedForm, type Drafting, type VersionedFormProps } from '../use-versioned-form.ts';
import { Fields } from './fields-form.tsx';
import { MoveWarning, saveLabel } from './moves-card.tsx';
import { PERFORMANCE_FIELDS } from './fields.ts';
import { ZoneEditor } from './zone-editor.tsx';
import { zoneChanges, zoneTextsOf, type ZoneTexts } from './zone-rows.ts';

type Draft = { texts: Texts; zones: readonly ZoneTexts[]; currency: string };

/** A performance as the form drafts it: a zone edited here stays as it is typed, others follow what was saved meanwhile. */
export const PERFORMANCE: Drafting<OperatorPerformanceView, Draft> = {
  draftOf: (view) => ({
    texts: textsOf(PERFORMANCE_FIELDS, view),
    zones: zoneTextsOf(view),
    currency: view.currency,
  }),
  isEdited: (draft, base) =>
    PERFORMANCE_FIELDS.some(({ name }) => draft.texts[name] !== base.texts[name]) || !same(draft.zones, base.zones),
  rebase: (draft, base, latest) => ({
    ...latest,
    texts: rebaseTexts(draft.texts, base.texts, latest.texts),
    zones: latest.zones.map((zone) => {
      const [mine, was] = [draft, base].map(({ zones }) => zones.find(({ id }) => id === zone.id));
      return mine === undefined || same(mine, was) ? zone : mine;
    }),
  }),
  changesOf: (draft, base) => {
    const wanted = changesOfTexts(PERFORMANCE_FIELDS, draft.texts, base.texts);
    const { zones, errors } = zoneChanges(draft.zones, base.zones, draft.currency);
    if (zones.length > 0) wanted.changes['zones'] = zones;
    return { ...wanted, errors: [...wanted.errors, ...errors] };
  },
};

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** Edits when a performance is, how it is sold, and what each zone costs. */
export function PerformanceForm({
  moves,
  ...props
}: VersionedFormProps<OperatorPerformanceView> & { moves: MovesView | null }) {
  const form = useVersionedForm(props, PERFORMANCE);
  const { draft, errors, change } = form;
  const isMoved = (['startsAt', 'timeZone'] as const).some((name) => draft.texts[name] !== form.saved.texts[name]);
  const reserved = new Set(props.view.zones.filter(({ kind }) => kind === 'reserved').map(({ id }) => id));
  return (
    <form class="card" noValidate aria-label="Fields" onSubmit={(event) => void form.save(event)}>
      <Fields
        prefix="record"
        settings={PERFORMANCE_FIELDS}
        texts={draft.texts}
        errors={errors}
        onChange={(texts) => change({ ...draft, texts })}
      />
      <ZoneEditor
        zones={draft.zones}
        errors={errors}
        currency={draft.currency}
        isNew={false}
        reserved={reserved}
        onChange={(zones) => change({ ...draft, zones })}
      />
      {isMoved && <MoveWarning moves={moves} />}
      <SaveRow
        form={form}
        what="this performance"
        savedText="Saved. Visitors see it within seconds."
        saveLabel={saveLabel(isMoved, moves)}
      />
    </form>
  );
}
