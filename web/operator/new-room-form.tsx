import { useState } from 'preact/hooks';
import type { FieldError } from '../../contracts/errors.ts';
import type { RoomView } from '../../contracts/operator-rooms.ts';
import { callApi, newIdempotencyKey } from '../shared/api-client.ts';
import { errorOf } from '../shared/field-errors.ts';
import { Notice } from '../shared/notice.tsx';
import { TextField } from '../shared/text-field.tsx';

/** Adds a room, closed to nobody: what else it needs is set on its own page. */
export function NewRoomForm({ path, token, onCreated }: { path: string; token: string; onCreated: () => void }) {
  const [texts, setTexts] = useState({ room: '', name: '' });
  const [errors, setErrors] = useState<FieldError[]>([]);
  const [detail, setDetail] = useState<string | null>(null);
  const submit = async (event: Event) => {
    event.preventDefault();
    const { room, name } = texts;
    const body = { room: room.trim(), ...(name.trim() === '' ? {} : { name: name.trim() }) };
    const answer = await callApi<RoomView>(path, { method: 'POST', body, token, idempotencyKey: newIdempotencyKey() });
    setErrors(answer.ok ? [] : answer.problem.errors);
    setDetail(answer.ok || answer.problem.errors.length > 0 ? null : answer.problem.detail);
    if (!answer.ok) return;
    onCreated();
    location.hash = encodeURIComponent(answer.data.room);
  };
  return (
    <details class="card">
      <summary>New room</summary>
      <form noValidate aria-label="New room" onSubmit={(event) => void submit(event)}>
        <TextField
          name="room"
          label="Short name for addresses"
          hint="a to z, 0 to 9 and -; it can’t be changed later."
          value={texts.room}
          error={errorOf(errors, 'room')}
          onInput={(room) => setTexts({ ...texts, room })}
        />
        <TextField
          name="name"
          label="Name for visitors"
          value={texts.name}
          error={errorOf(errors, 'name')}
          onInput={(name) => setTexts({ ...texts, name })}
        />
        {detail !== null && <Notice kind="error">{detail}</Notice>}
        <button type="submit" class="button button-primary">
          Create the room
        </button>
      </form>
    </details>
  );
}
