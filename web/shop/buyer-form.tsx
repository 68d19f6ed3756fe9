import { useState } from 'preact/hooks';
import type { BookingCreated } from '../../contracts/bookings.ts';
import type { FieldError } from '../../contracts/errors.ts';
import type { HoldView } from '../../contracts/holds.ts';
import { callApi, type ApiProblem } from '../shared/api-client.ts';
import { errorOf, focusField } from '../shared/field-errors.ts';
import { formatMoney } from '../shared/format.ts';
import { TextField } from '../shared/text-field.tsx';
import { useAttemptKey } from '../shared/use-attempt-key.ts';
import { checkBuyer } from './check-buyer.ts';
import { forgetHold, keepSignedIn, keepToken } from './kept-tokens.ts';
import { Refusal } from './refusal.tsx';
import { useOwnEmail } from './use-own-email.ts';

/** Refusals that mean: the seats are gone, choose again. */
const LOST = new Set(['hold_expired', 'hold_lost', 'seats_unavailable', 'receipt_invalid']);

const SIGNED_OUT = 'You are no longer signed in. Press the button again to book as a guest; nothing is lost.';

/** Name and e-mail; books the hold and goes on to the payment. */
export function BuyerForm({ hold, onLost }: { hold: HoldView; onLost: (problem: ApiProblem) => void }) {
  const [name, setName] = useState('');
  const { email, setEmail, account } = useOwnEmail();
  const [errors, setErrors] = useState<FieldError[]>([]);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const [isBusy, setBusy] = useState(false);
  // One key for one buyer of one hold: pressing twice, or again after a lost answer, books once.
  const { keyFor } = useAttemptKey();

  const submit = async (event: Event) => {
    event.preventDefault();
    const buyer = { name: name.trim(), email: email.trim() };
    const found = checkBuyer(buyer);
    setErrors(found);
    setProblem(null);
    const [first] = found;
    if (first !== undefined) return focusField(event.currentTarget, first.path);
    setBusy(true);
    const answer = await callApi<BookingCreated>('/api/core/v1/bookings', {
      method: 'POST',
      // The receipt is in the body, so that the session of who is signed in can stand beside it.
      body: { receipt: hold.receipt, buyer },
      idempotencyKey: keyFor([hold.holdId, buyer]),
    });
    if (answer.ok) {
      keepToken('booking', answer.data.bookingId, answer.data.accessToken);
      forgetHold(hold.performanceId);
      location.assign(answer.data.payment.checkoutUrl);
      return undefined;
    }
    setBusy(false);
    if (LOST.has(answer.problem.code)) return onLost(answer.problem);
    if (answer.problem.code === 'unauthenticated') {
      keepSignedIn(false);
      return setProblem({ ...answer.problem, code: 'signed_out', detail: SIGNED_OUT });
    }
    setErrors(answer.problem.errors.map(({ path, message }) => ({ path: path.replace(/^buyer\./, ''), message })));
    return setProblem(answer.problem);
  };

  return (
    <form noValidate onSubmit={(event) => void submit(event)}>
      <TextField
        name="name"
        label="Full name"
        autocomplete="name"
        value={name}
        error={errorOf(errors, 'name')}
        onInput={setName}
      />
      <TextField
        name="email"
        label="E-mail"
        kind="email"
        autocomplete="email"
        hint={
          account === null
            ? 'For messages about this booking. You need no account.'
            : `For messages about this booking. It will be among the bookings of ${account.email}.`
        }
        value={email}
        error={errorOf(errors, 'email')}
        onInput={setEmail}
      />
      {problem !== null && <Refusal problem={problem} />}
      <button type="submit" class="button button-primary button-wide" disabled={isBusy}>
        {isBusy ? 'Booking…' : `Pay ${formatMoney(hold.total.amountMinor, hold.total.currency)}`}
      </button>
      <p class="quiet small">You go to the payment page next. The seats stay yours meanwhile.</p>
    </form>
  );
}
