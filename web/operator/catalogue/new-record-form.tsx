import { useState } from 'preact/hooks';
import { Notice } from '../../shared/notice.tsx';
import { changesOfTexts, type Setting, type Texts } from '../setting-values.ts';
import { Fields } from './fields-form.tsx';
import { useNewForm } from './use-new-form.ts';

export type NewRecordFormProps<T> = {
  title: string;
  /** Tells its fields from those of other forms. */
  prefix: string;
  submitLabel: string;
  settings: readonly Setting[];
  path: string;
  token: string;
  /** Fields that are not typed. */
  fixed?: object;
  onAdded: (added: T) => void;
};

/** Adds a venue or an event. What is left empty is not said. */
export function NewRecordForm<T>(props: NewRecordFormProps<T>) {
  const { title, prefix, submitLabel, settings, path, token, fixed = {}, onAdded } = props;
  const [texts, setTexts] = useState<Texts>(() => emptyTexts(settings));
  const names = settings.map(({ name }) => name);
  const form = useNewForm<T>(path, token, names, (added) => {
    setTexts(emptyTexts(settings));
    onAdded(added);
  });
  const submit = (event: Event) => {
    event.preventDefault();
    const { changes, errors } = changesOfTexts(settings, texts, {});
    form.refuse(errors);
    if (errors.length === 0) void form.send({ ...fixed, ...changes });
  };
  return (
    <details class="card">
      <summary>{title}</summary>
      <form noValidate aria-label={title} onSubmit={submit}>
        <Fields prefix={prefix} settings={settings} texts={texts} errors={form.errors} onChange={setTexts} />
        {form.detail !== null && <Notice kind="error">{form.detail}</Notice>}
        <button type="submit" class="button button-primary" disabled={form.isBusy}>
          {submitLabel}
        </button>
      </form>
    </details>
  );
}

/** A choice begins with its first option, everything else empty. Pure. */
export const emptyTexts = (settings: readonly Setting[]): Texts =>
  Object.fromEntries(
    settings.map(({ name, kind, options }) => [name, kind === 'choice' ? (options?.[0]?.value ?? '') : '']),
  );
