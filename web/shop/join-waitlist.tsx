import { useRef, useState } from 'preact/hooks';
import type { PerformanceView } from '../../contracts/catalogue.ts';
import type { WaitlistJoined } from '../../contracts/waitlist.ts';
import { type ApiProblem, callApi, newIdempotencyKey } from '../shared/api-client.ts';
import { TextField } from '../shared/text-field.tsx';
import { keepToken } from './kept-tokens.ts';
import { Refusal } from './refusal.tsx';
import type { Legs } from './stops-picker.tsx';
import type { ViewAddress } from './view-address.ts';

export type JoinWaitlistProps = {
  performance: PerformanceView;
  legs: Legs | null;
  onShow: (address: ViewAddress) => void;
};

/** For zones that are sold out: how many want to sit together, and where the offer is sent. Nothing where no zone is. */
export function JoinWaitlist({ performance, legs, onShow }: JoinWaitlistProps) {
  const soldOut = performance.zones.filter((zone) => zone.available === 0);
  const [zoneId, setZoneId] = useState('');
  const [party, setParty] = useState('1');
  const [email, setEmail] = useState('');
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const [isBusy, setBusy] = useState(false);
  const attempt = useRef({ body: '', key: '' });
  if (soldOut.length === 0 || performance.status !== 'on_sale') return null;

  const join = async (): Promise<void> => {
    const wish = {
      performanceId: performance.id,
      zoneId: zoneId === '' ? (soldOut[0]?.id ?? '') : zoneId,
      partySize: Number(party),
      email,
      ...(legs === null ? {} : { legs }),
    };
    const body = JSON.stringify(wish);
    if (attempt.current.body !== body) attempt.current = { body, key: newIdempotencyKey() };
    setBusy(true);
    const call = { method: 'POST', idempotencyKey: attempt.current.key, body: wish } as const;
    const answer = await callApi<WaitlistJoined>('/api/core/v1/waitlist', call);
    setBusy(false);
    if (!answer.ok) return setProblem(answer.problem);
    keepToken('waitlist', answer.data.id, answer.data.token);
    onShow({ view: 'waitlist', entryId: answer.data.id });
  };
  const errorOf = (field: string) => problem?.errors.find(({ path }) => path === field)?.message ?? null;
  return (
    <details class="card">
      <summary>Sold out? Join the waitlist</summary>
      <form
        class="stack"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void join();
        }}
      >
        <label class="field">
          <span class="field-label">Where</span>
          <select class="input" onInput={(event) => setZoneId(event.currentTarget.value)}>
            {soldOut.map((zone) => (
              <option key={zone.id} value={zone.id}>
                {zone.name}
              </option>
            ))}
          </select>
        </label>
        <TextField
          name="partySize"
          label="Places together"
          value={party}
          error={errorOf('partySize')}
          onInput={setParty}
          kind="whole-number"
        />
        <TextField
          name="waitlist-email"
          label="E-mail"
          value={email}
          error={errorOf('email')}
          onInput={setEmail}
          kind="email"
          autocomplete="email"
          hint="An offer is sent there, and kept for you for 15 minutes."
        />
        {problem !== null && problem.errors.length === 0 && <Refusal problem={problem} />}
        <button type="submit" class="button" disabled={isBusy}>
          Join the waitlist
        </button>
      </form>
    </details>
  );
}
