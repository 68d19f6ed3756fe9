import * as v from 'valibot';
import { boardSchema, type Board } from '../../contracts/board.ts';
import { passGrantSchema, placeSchema, type Place } from '../../contracts/place.ts';
import { ROOM, type World } from './world.ts';

const API = `/api/rooms/${ROOM}`;

export type AnswerReply = { kind: 'place'; place: Place } | { kind: 'inside'; pass: string } | { kind: 'spent' };

/** A visitor's calls, as requests to the edge's app. */
export type Calls = {
  join(): Promise<{ token: string; ticketId: string; score: number }>;
  board(): Promise<Board>;
  answer(token: string): Promise<AnswerReply>;
  leave(path: 'tickets' | 'passes', token: string): Promise<void>;
  feedToken(token: string): Promise<string>;
  /** How many requests there were. */
  count(): number;
};

/** Calls of one world; anything but an expected answer is an error of the bench. */
export function createCalls({ edge }: World): Calls {
  let count = 0;
  const send = async (method: string, path: string, token?: string): Promise<Response> => {
    count += 1;
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const response = await edge.app.request(`${API}${path}`, {
      method,
      headers: { accept: 'application/json', ...headers },
    });
    if (response.status >= 500)
      throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
    return response;
  };
  return {
    async join() {
      const place = v.parse(placeSchema, await (await send('POST', '/tickets')).json());
      return { token: place.ticket ?? '', ticketId: place.ticketId, score: Number(place.score) };
    },
    board: async () => v.parse(boardSchema, await (await send('GET', '/board')).json()),
    async answer(token) {
      const response = await send('POST', '/passes', token);
      const body: unknown = await response.json();
      if (response.status === 202) return { kind: 'place', place: v.parse(placeSchema, body) };
      if (response.status === 201) return { kind: 'inside', pass: v.parse(passGrantSchema, body).pass };
      if (response.status === 410) return { kind: 'spent' };
      throw new Error(`POST passes answered ${response.status}`);
    },
    leave: async (path, token) => void (await send('DELETE', `/${path}/me`, token)),
    async feedToken(token) {
      const response = await send('POST', '/feed-tokens', token);
      return v.parse(v.object({ token: v.string() }), await response.json()).token;
    },
    count: () => count,
  };
}
