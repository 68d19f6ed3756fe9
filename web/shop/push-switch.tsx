import { useState } from 'preact/hooks';
import type { NotificationChannels, PushSubscribed } from '../../contracts/push.ts';
import { callApi, newIdempotencyKey } from '../shared/api-client.ts';
import { canPush, isPushForbidden, subscribeToPush } from '../shared/push-browser.ts';
import { useLoad } from '../shared/use-load.ts';
import { forgetPush, keepPush, keptPush } from './kept-tokens.ts';

/** What is told of: a booking, or a place in a waitlist. `token`: its own; null where the session's account opens it. */
export type PushSwitchProps = { of: 'bookings' | 'waitlist'; id: string; token: string | null };

/**
 * A switch that has this browser told of something. Nothing is asked of the visitor before they press it; without keys on the server, or
 * in a browser that can't, there is none.
 */
export function PushSwitch(props: PushSwitchProps) {
  const { loaded } = useLoad<NotificationChannels>(canPush() ? '/api/core/v1/notification-channels' : null);
  if (!canPush() || loaded.state !== 'ready' || loaded.data.push === null) return null;
  return <Switch {...props} publicKey={loaded.data.push.publicKey} />;
}

function Switch({ of, id: subject, token, publicKey }: PushSwitchProps & { publicKey: string }) {
  const [id, setId] = useState(() => keptPush(subject));
  const [isBusy, setBusy] = useState(false);
  const [note, setNote] = useState('');
  const path = `/api/core/v1/${of}/${encodeURIComponent(subject)}/push-subscriptions`;
  const credential = token === null ? {} : { token };
  const turnOn = async (): Promise<string> => {
    const body = await subscribeToPush(publicKey);
    if (body === null)
      return isPushForbidden()
        ? 'Your browser does not let this site tell you anything. You can change that in its settings.'
        : 'Nothing was changed.';
    const call = { method: 'POST', ...credential, idempotencyKey: newIdempotencyKey(), body } as const;
    const answer = await callApi<PushSubscribed>(path, call);
    if (!answer.ok) return answer.problem.code === 'limit_reached' ? TOO_MANY : answer.problem.detail;
    keepPush(subject, answer.data.id);
    setId(answer.data.id);
    return 'This browser will tell you when something changes.';
  };
  const turnOff = async (known: string): Promise<string> => {
    const answer = await callApi(`${path}/${known}`, { method: 'DELETE', ...credential });
    if (!answer.ok) return answer.problem.detail;
    forgetPush(subject);
    setId(null);
    return 'This browser will tell you nothing more.';
  };
  const turn = async () => {
    setBusy(true);
    // A push service that is away throws; the visitor is told and may press again.
    setNote(await (id === null ? turnOn() : turnOff(id)).catch(() => 'Your browser could not do that now.'));
    setBusy(false);
  };
  return (
    <div class="no-print push-switch">
      <button
        type="button"
        class="button"
        role="switch"
        aria-checked={id !== null}
        disabled={isBusy}
        onClick={() => void turn()}
      >
        Tell me in this browser<span aria-hidden="true">: {id === null ? 'off' : 'on'}</span>
      </button>
      <p class="quiet small" role="status">
        {note}
      </p>
    </div>
  );
}

const TOO_MANY = 'Other browsers are told of this already. Turn one of them off first.';
