import { useState } from 'preact/hooks';
import { callApi, type ApiProblem } from '../shared/api-client.ts';
import { ConfirmButton } from '../shared/confirm-button.tsx';
import { Notice } from '../shared/notice.tsx';

/** What a person may do with what is kept of them: have it, and have it erased. */
export function OwnData({ onErased }: { onErased: () => void }) {
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const [isBusy, setBusy] = useState(false);
  const erase = async () => {
    setBusy(true);
    const answer = await callApi('/api/core/v1/accounts/me', { method: 'DELETE' });
    setBusy(false);
    if (answer.ok) return onErased();
    return setProblem(answer.problem);
  };
  return (
    <section class="stack" aria-labelledby="data-title">
      <h2 id="data-title">Your data</h2>
      <p>
        You can have all that is kept of you as a file, and have it erased. Erasing takes your name, your address and
        your passengers out of all bookings and ends this account; what was paid stays in the books, without you.
      </p>
      {problem !== null && (
        <Notice kind="error">
          <p>{wordsFor(problem)}</p>
        </Notice>
      )}
      <div class="button-row">
        <a class="button" href="/api/core/v1/accounts/me/export" download="my-data.json">
          Download my data
        </a>
        <ConfirmButton
          label="Erase my data"
          question="Erase your name, your address and your passengers from all bookings, and end this account? Unpaid bookings are cancelled. This can’t be undone."
          confirmLabel="Erase for good"
          danger
          disabled={isBusy}
          onConfirm={() => void erase()}
        />
      </div>
    </section>
  );
}

function wordsFor({ code, detail }: ApiProblem): string {
  if (code === 'erasure_refused')
    return 'You have a paid booking for a day to come, and we may have to reach you about it. Cancel it first, or come back after that day.';
  return code === 'unauthenticated' ? 'You are no longer signed in. Reload the page to sign in again.' : detail;
}
