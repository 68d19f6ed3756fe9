import * as v from 'valibot';
import { boardSchema } from '../../contracts/board.ts';
import { passGrantSchema, placeSchema } from '../../contracts/place.ts';
import { ROOM, type Calls } from './slots-room.ts';
import type { World } from './world.ts';

const API = `/api/rooms/${ROOM}`;

/** A visitor's calls as requests to the edge's app, and the token that a socket says hello with. */
export type EdgeCalls = Calls & { feedToken(token: string): Promise<string> };

/** Calls of one world, and how many requests there were. */
export function createCalls({ edge }: World): { calls: EdgeCalls; count: () => number } {
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
  const calls: EdgeCalls = {
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
  };
  return { calls, count: () => count };
}
