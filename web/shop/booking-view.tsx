import { useMemo, useState } from 'preact/hooks';
import type { BookingView as Booking, PaymentAttempt } from '../../contracts/bookings.ts';
import { callApi, newIdempotencyKey, type ApiProblem } from '../shared/api-client.ts';
import { ConfirmButton } from '../shared/confirm-button.tsx';
import { Countdown, deadlineOf } from '../shared/countdown.tsx';
import { formatMoney } from '../shared/format.ts';
import { LoadError, Loading, Notice } from '../shared/notice.tsx';
import { BookingItems } from './booking-items.tsx';
import { BookingStatusNotice } from './booking-status-notice.tsx';
import { EntryTickets } from './entry-tickets.tsx';
import { keptToken, wasSignedIn } from './kept-tokens.ts';
import { PushSwitch } from './push-switch.tsx';
import { Refusal } from './refusal.tsx';
import { SignIn } from './sign-in.tsx';
import { useBooking } from './use-booking.ts';
import { usePlaces } from './use-places.ts';

/** The way back from checkout, and to one's tickets at any time: by the token that this browser kept, or by being signed in. */
export function BookingView({ bookingId }: { bookingId: string }) {
  const [round, setRound] = useState(0);
  const token = keptToken('booking', bookingId);
  if (token === null && !wasSignedIn()) return <UnknownBooking onSignedIn={() => setRound(round + 1)} />;
  return <KnownBooking key={round} bookingId={bookingId} token={token} onSignedIn={() => setRound(round + 1)} />;
}

function UnknownBooking({ onSignedIn }: { onSignedIn: () => void }) {
  return (
    <div class="stack narrow">
      <h1>Open your booking</h1>
      <p>
        Sign in with the e-mail address that it was booked with, or open it by the link in your ticket mail, or in the
        browser you booked with.
      </p>
      <SignIn onSignedIn={onSignedIn} />
    </div>
  );
}

type KnownProps = { bookingId: string; token: string | null; onSignedIn: () => void };

function KnownBooking({ bookingId, token, onSignedIn }: KnownProps) {
  const { booking, problem, refresh, isSlow } = useBooking(bookingId, token);
  const places = usePlaces(booking?.performanceId ?? null);
  if (booking === null) {
    if (problem === null) return <Loading what="your booking" />;
    if (problem.status !== 404) return <LoadError problem={problem} onRetry={refresh} />;
    return token === null ? (
      <UnknownBooking onSignedIn={onSignedIn} />
    ) : (
      <Notice kind="error">There is no such booking.</Notice>
    );
  }
  return (
    <div class="stack">
      <h1>Your booking</h1>
      <BookingStatusNotice booking={booking} isSlow={isSlow} />
      <BookingActions booking={booking} token={token} onChange={refresh} />
      {isOpen(booking.status) && <PushSwitch of="bookings" id={bookingId} token={token} />}
      {booking.status === 'confirmed' && <EntryTickets bookingId={bookingId} token={token} places={places} />}
      <section class="card" aria-labelledby="items-title">
        <h2 id="items-title">Places</h2>
        <BookingItems booking={booking} places={places} />
        <p class="total">
          <span>Total</span>
          <strong>{formatMoney(booking.total.amountMinor, booking.total.currency)}</strong>
        </p>
        <p class="quiet">
          {booking.buyer.name} · {booking.buyer.email}
        </p>
      </section>
    </div>
  );
}

const isOpen = (status: Booking['status']): boolean => status === 'pending_payment' || status === 'confirmed';

type ActionsProps = { booking: Booking; token: string | null; onChange: () => void };

function BookingActions({ booking, token, onChange }: ActionsProps) {
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const [isBusy, setBusy] = useState(false);
  const { now, payBy } = booking;
  const deadline = useMemo(() => (payBy === undefined ? null : deadlineOf(now, payBy)), [now, payBy]);
  const post = async <T,>(what: string): Promise<T | null> => {
    setBusy(true);
    const path = `/api/core/v1/bookings/${booking.bookingId}/${what}`;
    const answer = await callApi<T>(path, {
      method: 'POST',
      ...(token === null ? {} : { token }),
      idempotencyKey: newIdempotencyKey(),
    });
    setBusy(false);
    setProblem(answer.ok ? null : answer.problem);
    return answer.ok ? answer.data : null;
  };
  const pay = async () => {
    const attempt = await post<PaymentAttempt>('payments');
    if (attempt !== null) location.assign(attempt.checkoutUrl);
  };
  const cancel = async () => {
    await post('cancel');
    onChange();
  };
  if (!isOpen(booking.status)) return null;
  const isUnpaid = booking.status === 'pending_payment';
  return (
    <div class="no-print stack">
      {isUnpaid && deadline !== null && (
        <p>
          <Countdown deadline={deadline} label="Time left to pay" onEnd={onChange} />
        </p>
      )}
      {problem !== null && <Refusal problem={problem} />}
      <div class="button-row">
        {isUnpaid && (
          <button type="button" class="button button-primary" disabled={isBusy} onClick={() => void pay()}>
            Go to payment
          </button>
        )}
        {!isUnpaid && (
          <button type="button" class="button" onClick={() => print()}>
            Print
          </button>
        )}
        <ConfirmButton
          label="Cancel booking"
          question={
            isUnpaid
              ? 'Cancel this booking? The seats go back at once.'
              : 'Cancel this booking? Your tickets stop working and the money is paid back.'
          }
          confirmLabel="Cancel the booking"
          danger
          disabled={isBusy}
          onConfirm={() => void cancel()}
        />
      </div>
    </div>
  );
}
