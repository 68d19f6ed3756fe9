import { setTimeout as sleep } from 'node:timers/promises';
import { callPatiently, textOf, type Answer } from './http.ts';

/** Longer than any honest wait in an empty demo room. */
const ADMISSION_TIMEOUT_MS = 60_000;

/** Takes a place in a room; returns the queue ticket. */
export async function join(edgeUrl: string, room: string): Promise<string> {
  const answer = await callPatiently('POST', `${edgeUrl}/api/rooms/${room}/tickets`, { body: {} });
  if (answer.status !== 201) throw new Error(`joining answered ${answer.status} ${answer.text}`);
  return textOf(answer, 'ticket');
}

/** Asks with `POST passes` as the answers say, until the pass is there. */
export async function waitForPass(edgeUrl: string, room: string, ticket: string): Promise<Answer> {
  const until = Date.now() + ADMISSION_TIMEOUT_MS;
  while (Date.now() < until) {
    const answer = await callPatiently('POST', `${edgeUrl}/api/rooms/${room}/passes`, { bearer: ticket });
    if (answer.status === 201) return answer;
    if (answer.status !== 202) throw new Error(`asking for a pass answered ${answer.status} ${answer.text}`);
    await sleep(Math.min(1000 * Number(answer.headers.get('retry-after') ?? 1), 1500));
  }
  throw new Error('nobody was admitted in time');
}

/** Joins and waits: a fresh pass. */
export async function admitted(edgeUrl: string, room: string): Promise<{ ticket: string; pass: string }> {
  const ticket = await join(edgeUrl, room);
  return { ticket, pass: textOf(await waitForPass(edgeUrl, room, ticket), 'pass') };
}
