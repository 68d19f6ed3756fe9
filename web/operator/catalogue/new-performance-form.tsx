import { useState } from 'preact/hooks';
import type { OperatorEventView, OperatorPerformanceView } from '../../../contracts/operator-catalogue.ts';
import { Notice } from '../../shared/notice.tsx';
import { OPERATOR_API } from '../use-operator.ts';
import { changesOfTexts } from '../setting-values.ts';
import { Fields } from './fields-form.tsx';
import { newPerformanceFields } from './fields.ts';
import { emptyTexts } from './new-record-form.tsx';
import { useNewForm } from './use-new-form.ts';
import { useSuggested } from './use-suggestions.ts';
import { ZoneEditor } from './zone-editor.tsx';
import { zoneChanges, type ZoneTexts } from './zone-rows.ts';

export type NewPerformanceFormProps = {
  event: OperatorEventView;
  token: string;
  onRefused: () => void;
  onAdded: (added: OperatorPerformanceView) => void;
};

/** Adds a performance of an event: scheduled, in its room, with the zones of a seat map or some of its own. */
export function NewPerformanceForm({ event, token, onRefused, onAdded }: NewPerformanceFormProps) {
  const { id: eventId, kind } = event;
  const settings = useSuggested(newPerformanceFields(kind), ['room', 'seatMapId'], token, onRefused);
  const empty = { texts: emptyTexts(settings), zones: [] as readonly ZoneTexts[] };
  const [draft, setDraft] = useState(empty);
  const names = [...settings.map(({ name }) => name), 'zones'];
  const form = useNewForm<OperatorPerformanceView>(`${OPERATOR_API}/performances`, token, names, (added) => {
    setDraft(empty);
    onAdded(added);
  });
  const currency = (draft.texts['currency'] ?? '').trim().toUpperCase();
  const submit = (submitted: Event) => {
    submitted.preventDefault();
    const { changes, errors } = changesOfTexts(settings, draft.texts, {});
    const sold = zoneChanges(draft.zones, [], currency);
    const faults = [...errors, ...sold.errors];
    form.refuse(faults);
    if (faults.length === 0) void form.send({ eventId, ...changes, zones: sold.zones });
  };
  return (
    <details class="card">
      <summary>New performance</summary>
      <form noValidate aria-label="New performance" onSubmit={submit}>
        <Fields
          prefix="new-performance"
          settings={settings}
          texts={draft.texts}
          errors={form.errors}
          onChange={(texts) => setDraft({ ...draft, texts })}
        />
        <ZoneEditor
          zones={draft.zones}
          errors={form.errors}
          currency={currency}
          isNew
          onChange={(zones) => setDraft({ ...draft, zones })}
        />
        {form.detail !== null && <Notice kind="error">{form.detail}</Notice>}
        <button type="submit" class="button button-primary" disabled={form.isBusy}>
          Add the performance
        </button>
      </form>
    </details>
  );
}
