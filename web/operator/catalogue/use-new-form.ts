import { useState } from 'preact/hooks';
import type { FieldError } from '../../../contracts/errors.ts';
import { callApi, newIdempotencyKey, type Answer } from '../../shared/api-client.ts';

/** A form that adds something: what is refused beside its fields, and the rest below them. */
export type NewForm = {
  errors: readonly FieldError[];
  detail: string | null;
  isBusy: boolean;
  send: (body: object) => Promise<void>;
  refuse: (errors: readonly FieldError[]) => void;
};

/** Sends what is to be added, once at a time; `onAdded` gets the answer. Fields that are not `shown` are told with their name. */
export function useNewForm<T>(
  path: string,
  token: string,
  shown: readonly string[],
  onAdded: (added: T) => void,
): NewForm {
  const [errors, setErrors] = useState<readonly FieldError[]>([]);
  const [detail, setDetail] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const take = (answer: Answer<T>) => {
    if (answer.ok) return onAdded(answer.data);
    const { errors: refused, detail: said } = answer.problem;
    setErrors(refused);
    const unseen = refused.filter((error) => !shown.some((name) => error.path.split('.')[0] === name));
    const rest = unseen.map((error) => `${error.path}: ${error.message}`).join('; ');
    setDetail(refused.length === 0 ? said : rest || null);
  };
  const send = async (body: object) => {
    // A second Enter would add it twice.
    if (isBusy) return;
    setBusy(true);
    setErrors([]);
    setDetail(null);
    take(await callApi<T>(path, { method: 'POST', body, token, idempotencyKey: newIdempotencyKey() }));
    setBusy(false);
  };
  const refuse = (faults: readonly FieldError[]) => {
    setErrors(faults);
    setDetail(null);
  };
  return { errors, detail, isBusy, send, refuse };
}
