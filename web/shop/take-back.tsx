import { useRef, useState } from 'preact/hooks';
import type { TakenBack } from '../../contracts/entry-tickets.ts';
import { type ApiProblem, callApi, newIdempotencyKey } from '../shared/api-client.ts';
import { ConfirmButton } from '../shared/confirm-button.tsx';
import { formatDateTime } from '../shared/format.ts';
import { Notice } from '../shared/notice.tsx';
import { Refusal } from './refusal.tsx';

/** `ticketId`: the ticket that was given away, which `token` (null: the session's account) opens. `until`: ISO 8601. */
export type TakeBackProps = {
  ticketId: string;
  token: string | null;
  label: string;
  until: string;
  onDone: () => void;
};

/** Takes a ticket back that was given away, after asking whether that is meant. */
export function TakeBack({ ticketId, token, label, until, onDone }: TakeBackProps) {
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [link, setLink] = useState<string | null>(null);
  // One key for one wish: pressing again after a lost answer takes it back once.
  const key = useRef(newIdempotencyKey());
  const takeBack = async () => {
    setBusy(true);
    const answer = await callApi<TakenBack>(`/api/core/v1/entry-tickets/${encodeURIComponent(ticketId)}/take-back`, {
      method: 'POST',
      ...(token === null ? {} : { token }),
      idempotencyKey: key.current,
      body: {},
    });
    setBusy(false);
    setProblem(answer.ok ? null : answer.problem);
    if (!answer.ok) return;
    const { ticketId: id, accessToken } = answer.data;
    // Where the shop sends no mail, this page is the only way to the ticket.
    if (accessToken === undefined) onDone();
    else setLink(`${location.origin}/shop/?ticket=${id}#token=${accessToken}`);
  };
  if (link !== null)
    return (
      <Notice kind="good">
        It is yours again. Keep this address, which opens it: <strong class="address">{link}</strong>
      </Notice>
    );
  const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <div>
      <ConfirmButton
        label={`Take back: ${label}`}
        question="Take it back? Their code stops working at once, and you get a new one. Both of you are told."
        confirmLabel="Take it back"
        disabled={isBusy}
        onConfirm={() => void takeBack()}
      />
      <p class="quiet small">Possible until {formatDateTime(until, zone)}, as long as nobody came in with it.</p>
      {problem !== null && <Refusal problem={inWords(problem)} />}
    </div>
  );
}

const REASONS: Readonly<Record<string, string>> = {
  taken_back: 'You have taken it back already. Reload the page to see it.',
  given_on: 'It was given on to somebody else, and can’t be taken back any more.',
  cancelled: 'This ticket was cancelled.',
  checked_in: 'Somebody came in with it already.',
  too_late: 'It is too late to take it back.',
};

function inWords(problem: ApiProblem): ApiProblem {
  const { reason } = problem.document;
  return { ...problem, detail: (typeof reason === 'string' ? REASONS[reason] : undefined) ?? problem.detail };
}
