import { Notice } from '../shared/notice.tsx';
import type { VersionedForm } from './use-versioned-form.ts';

export type SaveRowProps = {
  form: Pick<VersionedForm<never>, 'problem' | 'isTouched' | 'isSaved' | 'isNewer' | 'takeOver'>;
  /** What is edited: “this room”. */
  what: string;
  savedText: string;
  /** What the button says, where saving does more than that. */
  saveLabel?: string;
};

/** The end of a form over a record with versions: how the last save went, and the buttons. */
export function SaveRow({ form, what, savedText, saveLabel = 'Save' }: SaveRowProps) {
  const { problem, isTouched, isSaved, takeOver } = form;
  return (
    <>
      {problem !== null && <SaveProblem form={form} what={what} />}
      {isSaved && !isTouched && <Notice kind="good">{savedText}</Notice>}
      <div class="button-row">
        <button type="submit" class="button button-primary" disabled={!isTouched}>
          {saveLabel}
        </button>
        <button type="button" class="button" disabled={!isTouched} onClick={() => takeOver(false)}>
          Undo
        </button>
      </div>
    </>
  );
}

function SaveProblem({ form: { problem, isNewer, takeOver }, what }: Omit<SaveRowProps, 'savedText' | 'saveLabel'>) {
  if (problem === null) return null;
  if (problem.code !== 'stale')
    return <Notice kind="error">{problem.errors.length > 0 ? 'Some fields are not valid.' : problem.detail}</Notice>;
  return (
    <Notice kind="warning">
      <p>Somebody else changed {what} meanwhile. Nothing of yours was saved.</p>
      <div class="button-row">
        <button type="button" class="button" disabled={!isNewer} onClick={() => takeOver(true)}>
          Reload and keep my edits
        </button>
        <button type="button" class="button" disabled={!isNewer} onClick={() => takeOver(false)}>
          Reload and drop them
        </button>
      </div>
    </Notice>
  );
}
