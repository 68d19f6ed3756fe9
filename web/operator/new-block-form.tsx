import { useState } from 'preact/hooks';
import type { BlockView } from '../../contracts/blocks.ts';
import type { PerformanceView, SeatMapZone } from '../../contracts/catalogue.ts';
import { callApi, newIdempotencyKey, type ApiProblem } from '../shared/api-client.ts';
import { Notice } from '../shared/notice.tsx';
import { TextField } from '../shared/text-field.tsx';
import { readDraft, refusalOf, type BlockDraft, type BlockErrors } from './block-draft.ts';
import { SettingField } from './setting-field.tsx';

export type NewBlockFormProps = {
  path: string;
  token: string;
  view: PerformanceView;
  mapped: readonly SeatMapZone[];
  onMade: (made: BlockView) => void;
};

/** Keeps seats of a zone, or so many of its places, out of the public sale; with a code they are an allocation. */
export function NewBlockForm(props: NewBlockFormProps) {
  const { view, mapped } = props;
  const { draft, errors, detail, isBusy, change, submit } = useDraft(props);
  const zone = view.zones.find(({ id }) => id === draft.zoneId);
  const field = (name: keyof BlockDraft, label: string, hint: string) => (
    <TextField
      name={`block-${name}`}
      label={label}
      hint={hint}
      value={draft[name]}
      error={errors[name] ?? null}
      onInput={(value) => change({ [name]: value })}
    />
  );
  const choice = (name: keyof BlockDraft, label: string, hint: string, options: { value: string; label: string }[]) => (
    <SettingField
      setting={{ name: `block-${name}`, label, hint, kind: 'choice', group: '', options }}
      value={draft[name]}
      error={errors[name] ?? null}
      onInput={(value) => change({ [name]: value })}
    />
  );
  const zones = view.zones.map(({ id, name, available }) => ({ value: id, label: `${name} (${available} free)` }));
  const stops = (view.stops ?? []).map(({ code, name }) => ({ value: code, label: name }));
  const rows = mapped.find(({ id }) => id === zone?.id)?.rows ?? [];
  return (
    <details class="card">
      <summary>Keep places out of the sale</summary>
      <form noValidate aria-label="New block" onSubmit={(event) => void submit(event)}>
        {field('name', 'Name', 'What they are kept for; operators see it.')}
        {choice('zoneId', 'Zone', '', zones)}
        {zone?.kind === 'general' && field('quantity', 'How many places', '')}
        {zone?.kind === 'reserved' && (
          <SettingField
            setting={{ name: 'block-seats', label: 'Seats', hint: hintOf(rows), kind: 'lines', group: '' }}
            value={draft.seats}
            error={errors.seats ?? null}
            onInput={(seats) => change({ seats })}
          />
        )}
        {stops.length > 2 && choice('from', 'From', '', stops.slice(0, -1))}
        {stops.length > 2 && choice('to', 'To', '', stops.slice(1))}
        {field(
          'allocationCode',
          'Code',
          'Who brings it may buy these places. Without one nobody may. It is not shown again.',
        )}
        {detail !== null && <Notice kind="error">{detail}</Notice>}
        <button type="submit" class="button button-primary" disabled={isBusy}>
          Keep them out
        </button>
      </form>
    </details>
  );
}

function hintOf(rows: SeatMapZone['rows']): string {
  const [row] = rows;
  const last = row?.seats.at(-1)?.name ?? '12';
  const example = `${row?.name ?? '1'}: ${row?.seats[0]?.name ?? '1'}-${last}`;
  return `A row a line, as in “${example}”. Rows: ${rows.map(({ name }) => name).join(', ')}.`;
}

/** The form's state; what was taken empties it, but for the zone. */
function useDraft({ path, token, view, mapped, onMade }: NewBlockFormProps) {
  const empty: BlockDraft = {
    name: '',
    zoneId: view.zones[0]?.id ?? '',
    seats: '',
    quantity: '',
    from: view.stops?.[0]?.code ?? '',
    to: view.stops?.at(-1)?.code ?? '',
    allocationCode: '',
  };
  const [draft, setDraft] = useState(empty);
  const [errors, setErrors] = useState<BlockErrors>({});
  const [detail, setDetail] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const refuse = (problem: ApiProblem) => {
    const refusal = refusalOf(problem, draft.zoneId, mapped);
    setErrors(refusal.errors);
    setDetail(refusal.detail);
  };
  const submit = async (event: Event) => {
    event.preventDefault();
    const read = readDraft(draft, view, mapped);
    setErrors(read.ok ? {} : read.errors);
    setDetail(null);
    if (!read.ok) return;
    setBusy(true);
    const call = { method: 'POST', body: read.body, token, idempotencyKey: newIdempotencyKey() } as const;
    const answer = await callApi<BlockView>(path, call);
    setBusy(false);
    if (!answer.ok) return refuse(answer.problem);
    setDraft({ ...empty, zoneId: draft.zoneId });
    return onMade(answer.data);
  };
  const change = (part: Partial<BlockDraft>) => setDraft({ ...draft, ...part });
  return { draft, errors, detail, isBusy, change, submit };
}
