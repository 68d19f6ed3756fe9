import { useEffect, useState } from 'preact/hooks';
import type { FieldError } from '../../contracts/errors.ts';
import { callApi, type ApiProblem } from '../shared/api-client.ts';
import type { Wanted } from './setting-values.ts';

/** How a record becomes the draft `D` of a form, and what of a draft is sent. All pure. */
export type Drafting<T, D> = {
  draftOf: (view: T) => D;
  isEdited: (draft: D, base: D) => boolean;
  /** The edits upon what somebody else saved meanwhile. */
  rebase: (draft: D, base: D, latest: D) => D;
  changesOf: (draft: D, base: D) => Wanted;
};

export type VersionedFormProps<T> = {
  view: T;
  etag: string | null;
  path: string;
  token: string;
  onSaved: () => void;
};

/** What the form knows, and what its buttons do. */
export type VersionedForm<D> = {
  draft: D;
  /** What the form was filled from. */
  saved: D;
  errors: readonly FieldError[];
  problem: ApiProblem | null;
  isTouched: boolean;
  isSaved: boolean;
  /** Somebody else has saved a newer version than the form was filled from. */
  isNewer: boolean;
  change: (next: D) => void;
  takeOver: (keepsEdits: boolean) => void;
  save: (event: Event) => Promise<void>;
};

/**
 * A form over a record with versions. It keeps the version it was filled from, and a save names it: what others save meanwhile never slips
 * under the operator's hands. Then the newer record can be taken over with the edits kept.
 */
export function useVersionedForm<T extends { version: number }, D>(
  { view, etag, path, token, onSaved }: VersionedFormProps<T>,
  { draftOf, isEdited, rebase, changesOf }: Drafting<T, D>,
): VersionedForm<D> {
  const [base, setBase] = useState(() => ({ version: view.version, etag, draft: draftOf(view) }));
  const [draft, setDraft] = useState<D>(base.draft);
  const [errors, setErrors] = useState<readonly FieldError[]>([]);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const [isSaved, setSaved] = useState(false);
  const isTouched = isEdited(draft, base.draft);
  const isNewer = view.version > base.version;
  const fillFrom = (latest: T, latestEtag: string | null, keepsEdits: boolean) => {
    const filled = draftOf(latest);
    setBase({ version: latest.version, etag: latestEtag, draft: filled });
    setDraft(keepsEdits ? rebase(draft, base.draft, filled) : filled);
    setErrors([]);
    setProblem(null);
  };
  const takeOver = (keepsEdits: boolean) => {
    if (isNewer) fillFrom(view, etag, keepsEdits);
    else {
      // What is followed may be a moment older than what was saved here.
      setDraft(base.draft);
      setErrors([]);
      setProblem(null);
    }
  };
  useEffect(() => {
    if (isNewer && !isTouched) takeOver(false);
  });
  const save = async (event: Event) => {
    event.preventDefault();
    const wanted = changesOf(draft, base.draft);
    setErrors(wanted.errors);
    if (wanted.errors.length > 0) return;
    const headers = { 'if-match': base.etag ?? `"${base.version}"` };
    const answer = await callApi<T>(path, { method: 'PATCH', body: wanted.changes, headers, token });
    if (answer.ok) fillFrom(answer.data, answer.etag, false);
    else {
      setProblem(answer.problem);
      setErrors(answer.problem.errors);
    }
    setSaved(answer.ok);
    onSaved();
  };
  const change = (next: D) => {
    setSaved(false);
    setDraft(next);
  };
  return { draft, saved: base.draft, errors, problem, isTouched, isSaved, isNewer, change, takeOver, save };
}
