import { useState } from 'preact/hooks';
import type { PerformanceView } from '../../contracts/catalogue.ts';
import type { FieldError } from '../../contracts/errors.ts';
import type { WaitlistJoined, WaitlistRequest } from '../../contracts/waitlist.ts';
import { type ApiProblem, callApi } from '../shared/api-client.ts';
import { errorOf, focusField } from '../shared/field-errors.ts';
import { TextField } from '../shared/text-field.tsx';
import { useAttemptKey } from '../shared/use-attempt-key.ts';
import { checkEmail } from './check-buyer.ts';
import { keepToken, keepWaiting, waitingHere } from './kept-tokens.ts';
import { Refusal } from './refusal.tsx';
import type { LiveStates, SeatPlan } from './seat-states.ts';
import type { Legs } from './stops-picker.tsx';
import { useOwnEmail } from './use-own-email.ts';
import { hasAccessible, partySizes, targetsFor } from './waitlist-wishes.ts';

export type JoinWaitlistProps = {
  performance: PerformanceView;
  plan: SeatPlan;
  live: LiveStates | null;
  legs: Legs | null;
  onJoined: (entryId: string) => void;
};

/** For what is sold out: where, how many together, and where the offer is sent. Nothing while whoever comes can buy. */
export function JoinWaitlist(props: JoinWaitlistProps) {
  const { performance, plan, live } = props;
  const { zones, status } = performance;
  const isSomethingShort = [false, true].some(
    (isAccessible) => partySizes({ zones, plan, live }, isAccessible).length > 0,
  );
  if (status !== 'on_sale' || !isSomethingShort) return null;
  const isSoldOut = zones.every((zone) => (live?.available.get(zone.id) ?? zone.available) === 0);
  return (
    <details class="card waitlist" open={isSoldOut && waitingHere(performance.id).length === 0}>
      <summary>{isSoldOut ? 'Sold out for now. Join the waitlist' : 'Not what you want? Join the waitlist'}</summary>
      <p class="quiet">
        Places come back when somebody cancels or does not pay. They are offered to those who wait, first come, first
        served.
      </p>
      <WishForm {...props} />
    </details>
  );
}

function WishForm({ performance, plan, live, legs, onJoined }: JoinWaitlistProps) {
  const { zones } = performance;
  const [isAccessible, setAccessible] = useState(false);
  const [party, setParty] = useState(1);
  const [key, setKey] = useState('');
  const { email, setEmail } = useOwnEmail();
  const { problem, errors, isBusy, join } = useJoin(onJoined);
  const sizes = partySizes({ zones, plan, live }, isAccessible);
  const size = sizes.includes(party) ? party : (sizes[0] ?? 1);
  const targets = targetsFor({ zones, plan, live }, size, isAccessible);
  const chosen = targets.find((one) => one.key === key) ?? targets[0];

  const submit = (event: Event): void => {
    event.preventDefault();
    if (chosen === undefined) return;
    const form = event.currentTarget;
    const base = { performanceId: performance.id, partySize: size, email: email.trim(), ...chosen.target };
    const wish = { ...base, ...(isAccessible ? { accessible: true } : {}), ...(legs === null ? {} : { legs }) };
    void join(wish).then((isMailWrong) => isMailWrong && focusField(form, 'waitlist-email'));
  };
  return (
    <form class="waitlist-form" noValidate onSubmit={submit}>
      <Choice
        label="Places together"
        value={String(size)}
        options={sizes.map((one) => ({ key: String(one), label: String(one) }))}
        onChoose={(one) => setParty(Number(one))}
      />
      <Choice label="Where" value={chosen?.key ?? ''} options={targets} onChoose={setKey} />
      {hasAccessible(plan) && (
        <label class="check">
          <input
            type="checkbox"
            checked={isAccessible}
            onInput={(event) => setAccessible(event.currentTarget.checked)}
          />
          Wheelchair spaces
        </label>
      )}
      {targets.length === 0 && <p role="status">There are free ones now: choose them from the map or the list.</p>}
      <TextField
        name="waitlist-email"
        label="E-mail"
        value={email}
        error={errorOf(errors, 'email')}
        onInput={setEmail}
        kind="email"
        autocomplete="email"
        hint="The offer is sent there, and places are kept for you for 15 minutes. You need no account."
      />
      {problem !== null && <Refusal problem={inWordsOfTheList(problem)} />}
      <button type="submit" class="button button-primary" disabled={isBusy || chosen === undefined}>
        {isBusy ? 'One moment…' : 'Join the waitlist'}
      </button>
    </form>
  );
}

type ChoiceProps = {
  label: string;
  value: string;
  options: readonly { key: string; label: string }[];
  onChoose: (key: string) => void;
};

const Choice = ({ label, value, options, onChoose }: ChoiceProps) => (
  <label class="field">
    <span class="field-label">{label}</span>
    <select class="input" value={value} onInput={(event) => onChoose(event.currentTarget.value)}>
      {options.map((one) => (
        <option key={one.key} value={one.key}>
          {one.label}
        </option>
      ))}
    </select>
  </label>
);

/** Sends a wish; the same wish again keeps its key, so that a lost answer makes no second entry. */
function useJoin(onJoined: (entryId: string) => void) {
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const [errors, setErrors] = useState<FieldError[]>([]);
  const [isBusy, setBusy] = useState(false);
  const { keyFor } = useAttemptKey();
  /** Resolves to whether the address is at fault. */
  const join = async (wish: WaitlistRequest): Promise<boolean> => {
    const slips = checkEmail(wish.email ?? '');
    setErrors(slips);
    setProblem(null);
    if (slips.length > 0) return true;
    setBusy(true);
    const call = { method: 'POST', idempotencyKey: keyFor(wish), body: wish } as const;
    const answer = await callApi<WaitlistJoined>('/api/core/v1/waitlist', call);
    setBusy(false);
    if (answer.ok) {
      keepToken('waitlist', answer.data.id, answer.data.token);
      keepWaiting(answer.data.id, wish.performanceId);
      onJoined(answer.data.id);
      return false;
    }
    setErrors(answer.problem.errors);
    const isMailWrong = answer.problem.errors.some(({ path }) => path === 'email');
    setProblem(isMailWrong ? null : answer.problem);
    return isMailWrong;
  };
  return { problem, errors, isBusy, join };
}

/** Refusals that mean something else here than of a hold. */
function inWordsOfTheList(problem: ApiProblem): ApiProblem {
  const [fault] = problem.errors;
  if (problem.code === 'limit_reached')
    return { ...problem, code: 'waitlist_limit', detail: 'This address already waits here as often as it can.' };
  if (problem.code === 'rate_limited')
    return { ...problem, detail: 'Too many people have joined from your connection. Please try again later.' };
  return fault === undefined ? problem : { ...problem, detail: `This can’t be waited for: ${fault.message}.` };
}
