import { useEffect, useRef, useState } from 'preact/hooks';
import type { FieldError } from '../../contracts/errors.ts';
import type { Transferred } from '../../contracts/entry-tickets.ts';
import { type ApiProblem, callApi, newIdempotencyKey } from '../shared/api-client.ts';
import { errorOf, focusField } from '../shared/field-errors.ts';
import { TextField } from '../shared/text-field.tsx';
import { checkBuyer } from './check-buyer.ts';
import { Refusal } from './refusal.tsx';

/** `token` opens the ticket, or its booking; null where the session's account does. `label`: the place, in words. */
export type GiveTicketProps = { ticketId: string; token: string | null; label: string; onGiven: () => void };

type Step = 'closed' | 'form' | 'confirm' | 'done';
type Receiver = { name: string; email: string };

/**
 * Gives a ticket to somebody else, in a native modal dialog: who, then whether the address is right, since a ticket that went to a wrong
 * one can be had back for a day only, then what happened. The list is read again only when the dialog closes, so that what it says is heard.
 */
export function GiveTicket({ ticketId, token, label, onGiven }: GiveTicketProps) {
  const [step, setStep] = useState<Step>('closed');
  const [to, setTo] = useState<Receiver>({ name: '', email: '' });
  const [given, setGiven] = useState<Transferred | null>(null);
  const dialog = useRef<HTMLDialogElement>(null);
  const isOpen = step !== 'closed';
  useEffect(() => {
    if (isOpen) dialog.current?.showModal();
    else dialog.current?.close();
  }, [isOpen]);
  // Each step begins at its heading, for the keyboard and for screen readers.
  useEffect(() => {
    if (isOpen) dialog.current?.querySelector<HTMLElement>('h2')?.focus();
  }, [isOpen, step]);
  const close = () => {
    if (step === 'done') onGiven();
    setStep('closed');
  };
  const titleId = `give-${ticketId}`;
  return (
    <div class="no-print">
      <button type="button" class="button" aria-label={`Give to somebody: ${label}`} onClick={() => setStep('form')}>
        Give to somebody
      </button>
      <dialog ref={dialog} class="dialog" aria-labelledby={titleId} onClose={close}>
        {isOpen && (
          <h2 id={titleId} tabIndex={-1}>
            {step === 'done' ? 'It is theirs now' : `Give away: ${label}`}
          </h2>
        )}
        {step === 'form' && (
          <ReceiverForm
            to={to}
            onDone={(receiver) => {
              setTo(receiver);
              setStep('confirm');
            }}
            onCancel={close}
          />
        )}
        {step === 'confirm' && (
          <Confirm
            ticketId={ticketId}
            token={token}
            to={to}
            onBack={() => setStep('form')}
            onDone={(transferred) => {
              setGiven(transferred);
              setStep('done');
            }}
          />
        )}
        {step === 'done' && <Done to={to} given={given} onClose={close} />}
      </dialog>
    </div>
  );
}

function Done({ to, given, onClose }: { to: Receiver; given: Transferred | null; onClose: () => void }) {
  const token = given?.accessToken;
  return (
    <>
      {given === null || token === undefined ? (
        <p role="status">
          We are sending the ticket to <strong class="address">{to.email}</strong>, and a note to you. Your code for it
          lets nobody in any more.
        </p>
      ) : (
        // Where the shop sends no mail: the giver is the only way to the new holder.
        <p role="status">
          Your code lets nobody in any more. Send them this address, which opens the ticket:{' '}
          <strong class="address">{`${location.origin}/shop/?ticket=${given.ticketId}#token=${token}`}</strong>
        </p>
      )}
      <div class="button-row">
        <button type="button" class="button button-primary" onClick={onClose}>
          Close
        </button>
      </div>
    </>
  );
}

type ReceiverFormProps = { to: Receiver; onDone: (to: Receiver) => void; onCancel: () => void };

function ReceiverForm({ to, onDone, onCancel }: ReceiverFormProps) {
  const [name, setName] = useState(to.name);
  const [email, setEmail] = useState(to.email);
  const [errors, setErrors] = useState<FieldError[]>([]);
  const submit = (event: Event) => {
    event.preventDefault();
    const receiver = { name: name.trim(), email: email.trim() };
    const found = checkBuyer(receiver, 'their');
    setErrors(found);
    const [first] = found;
    if (first === undefined) return onDone(receiver);
    return focusField(event.currentTarget, `receiver-${first.path}`);
  };
  return (
    <form noValidate onSubmit={submit}>
      <TextField
        name="receiver-name"
        label="Their name"
        value={name}
        error={errorOf(errors, 'name')}
        onInput={setName}
      />
      <TextField
        name="receiver-email"
        label="Their e-mail"
        kind="email"
        value={email}
        error={errorOf(errors, 'email')}
        onInput={setEmail}
        hint="The ticket is sent there."
      />
      <div class="button-row">
        <button type="button" class="button" onClick={onCancel}>
          Keep the ticket
        </button>
        <button type="submit" class="button button-primary">
          Next
        </button>
      </div>
    </form>
  );
}

type ConfirmProps = {
  ticketId: string;
  token: string | null;
  to: Receiver;
  onBack: () => void;
  onDone: (given: Transferred) => void;
};

function Confirm({ ticketId, token, to, onBack, onDone }: ConfirmProps) {
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const [isBusy, setBusy] = useState(false);
  // One key for one receiver: pressing again after a lost answer gives the ticket once.
  const key = useRef(newIdempotencyKey());
  const give = async () => {
    setBusy(true);
    const answer = await callApi<Transferred>(`/api/core/v1/entry-tickets/${encodeURIComponent(ticketId)}/transfer`, {
      method: 'POST',
      ...(token === null ? {} : { token }),
      idempotencyKey: key.current,
      body: { to },
    });
    setBusy(false);
    if (answer.ok) return onDone(answer.data);
    return setProblem(answer.problem);
  };
  return (
    <>
      <p>
        Is this right? <strong>{to.name}</strong>, <strong class="address">{to.email}</strong>
      </p>
      <p>
        Your code stops working at once. For a day, and until it begins, you can take the ticket back, as long as they
        have not come in with it.
      </p>
      {problem !== null && <Refusal problem={inWords(problem)} />}
      <div class="button-row">
        <button type="button" class="button" disabled={isBusy} onClick={onBack}>
          No, change it
        </button>
        <button type="button" class="button button-primary" disabled={isBusy} onClick={() => void give()}>
          {isBusy ? 'Giving…' : 'Yes, give the ticket'}
        </button>
      </div>
    </>
  );
}

const REASONS: Readonly<Record<string, string>> = {
  transferred: 'This ticket was given away already. Reload the page to see which are left.',
  cancelled: 'This ticket was cancelled.',
  checked_in: 'Somebody came in with this ticket already.',
};

function inWords(problem: ApiProblem): ApiProblem {
  const [field] = problem.errors;
  if (field !== undefined) return { ...problem, detail: 'Please look at the name and the address again.' };
  const { reason } = problem.document;
  return { ...problem, detail: (typeof reason === 'string' ? REASONS[reason] : undefined) ?? problem.detail };
}
