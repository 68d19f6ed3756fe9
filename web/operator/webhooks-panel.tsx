import { useState } from 'preact/hooks';
import type { WebhookView } from '../../contracts/webhooks.ts';
import { callApi, newIdempotencyKey, type Answer } from '../shared/api-client.ts';
import { Loading, LoadError, Notice } from '../shared/notice.tsx';
import { NewWebhookForm } from './new-webhook-form.tsx';
import { ToldSecret, type WebhookSecret } from './told-secret.tsx';
import { OPERATOR_API, useFollowed } from './use-operator.ts';
import { WebhookCard, type WebhookOrder } from './webhook-card.tsx';

const EVERY_MS = 5000;
const PATH = `${OPERATOR_API}/webhooks`;

/** Where bookings' events are sent: endpoints with how their last delivery went, and a form for another. */
export function WebhooksPanel({ token, onRefused }: { token: string; onRefused: () => void }) {
  const { data, problem, refresh } = useFollowed<{ items: WebhookView[] }>(PATH, token, EVERY_MS, onRefused);
  const [secret, setSecret] = useState<WebhookSecret | null>(null);
  const [told, setTold] = useState<{ kind: 'good' | 'error'; text: string } | null>(null);
  const order = async (what: WebhookOrder, endpoint: WebhookView) => {
    const answer = await send(what, endpoint, token);
    setTold(answer.ok ? toldOf(what, endpoint) : { kind: 'error', text: answer.problem.detail });
    if (answer.ok && what === 'rotate') setSecret(answer.data);
    if (what === 'delete' && answer.ok && secret?.id === endpoint.id) setSecret(null);
    refresh();
  };
  if (data === null)
    return problem === null ? <Loading what="the endpoints" /> : <LoadError problem={problem} onRetry={refresh} />;
  return (
    <>
      {secret !== null && <ToldSecret key={secret.secret} told={secret} onKept={() => setSecret(null)} />}
      {told !== null && <Notice kind={told.kind}>{told.text}</Notice>}
      {problem !== null && <Notice kind="warning">The list is old: {problem.detail}</Notice>}
      {data.items.length === 0 && <p class="quiet">Nobody is told of bookings yet.</p>}
      <ul class="room-list">
        {data.items.map((endpoint) => (
          <WebhookCard key={endpoint.id} endpoint={endpoint} onOrder={(what) => void order(what, endpoint)} />
        ))}
      </ul>
      <NewWebhookForm
        path={PATH}
        token={token}
        onAdded={(added) => {
          setTold(null);
          setSecret(added);
          refresh();
        }}
      />
    </>
  );
}

function send(what: WebhookOrder, { id }: WebhookView, token: string): Promise<Answer<WebhookSecret>> {
  const path = `${PATH}/${encodeURIComponent(id)}`;
  const post = { method: 'POST', token, idempotencyKey: newIdempotencyKey() } as const;
  switch (what) {
    case 'pause':
    case 'resume':
      return callApi(path, { method: 'PATCH', token, body: { enabled: what === 'resume' } });
    case 'rotate':
      return callApi(`${path}/rotate-secret`, post);
    case 'test':
      return callApi(`${path}/test`, post);
    case 'delete':
      return callApi(path, { method: 'DELETE', token });
  }
}

function toldOf(what: WebhookOrder, { url }: WebhookView): { kind: 'good'; text: string } | null {
  const texts: Record<WebhookOrder, string | null> = {
    pause: `${url} is told nothing until it is resumed; what happens meanwhile is not sent later.`,
    resume: `${url} is told again from now on.`,
    test: `A test event is on its way to ${url}.`,
    delete: `${url} is deleted.`,
    rotate: null,
  };
  const text = texts[what];
  return text === null ? null : { kind: 'good', text };
}
