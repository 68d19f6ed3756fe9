import type { RoomRow } from '../db/queries/rooms.ts';
import { createEdgeFixture, type EdgeFixture } from './edge-app.fixture.ts';
import type { EdgeStore } from './edge-room.fixture.ts';

/** When the rooms of these tests are made, in ms. */
export const START = 1_800_000_000_000;
/** The calls of the room `demo`. */
export const api = '/api/rooms/demo';

/** What a newcomer got: the place as it was told, the ticket, and the cookie as it is sent back. */
export type Joined = { ticket: string; cookie: string; place: Record<string, unknown> };

/** The header of a Bearer credential. */
export const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

/** Visitors of one room over a real store, with a clock that the test moves. */
export type RoomVisit = {
  edge: EdgeFixture;
  /** Asks as a browser would, which comes again when the store was too slow (`EdgeFixture.ask`). */
  send: (method: string, path: string, headers?: Record<string, string>) => Promise<Response>;
  join: (headers?: Record<string, string>) => Promise<Joined>;
  /** Lets time pass, with a tick each second. */
  elapse: (seconds: number) => Promise<void>;
  /** Answers until the tick has admitted the ticket. */
  admit: (ticket: string) => Promise<void>;
  /** The exact place. */
  look: (ticket: string) => Promise<Record<string, unknown>>;
};

/** Makes the room, and lets it be open for eight seconds: by then everyone knows the first `nearTo`. */
export async function openRoom(store: EdgeStore, over: Partial<RoomRow> = {}): Promise<RoomVisit> {
  const edge = await createEdgeFixture({ nowMs: START, store: store.client });
  await store.setNow(START);
  await store.putRoom('demo', over);
  await store.tick('demo');
  const visit = visitors(edge, store);
  await visit.elapse(8);
  return visit;
}

function visitors(edge: EdgeFixture, store: EdgeStore): RoomVisit {
  const send: RoomVisit['send'] = async (method, path, headers = {}) =>
    edge.ask(path, { method, headers: { accept: 'application/json', ...headers } });
  const elapse: RoomVisit['elapse'] = async (seconds) => {
    for (let second = 0; second < seconds; second += 1) {
      edge.clock.advance(1000);
      await store.setNow(edge.clock.nowMs());
      await store.tick('demo');
    }
  };
  const look: RoomVisit['look'] = async (ticket) => fieldsOf(await send('GET', `${api}/tickets/me`, bearer(ticket)));
  return {
    edge,
    send,
    elapse,
    look,
    async join(headers) {
      const answer = await send('POST', `${api}/tickets`, headers);
      const place = await fieldsOf(answer);
      const cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
      if (typeof place['ticket'] !== 'string') throw new Error(`no ticket, but ${answer.status}`);
      return { ticket: place['ticket'], cookie, place };
    },
    async admit(ticket) {
      for (let second = 0; second < 10; second += 1) {
        const { state } = await look(ticket);
        if (state === 'admitted') return;
        if (state === 'called') await send('POST', `${api}/passes`, bearer(ticket));
        await elapse(1);
      }
      throw new Error('was never admitted');
    },
  };
}

async function fieldsOf(answer: Response): Promise<Record<string, unknown>> {
  const body: unknown = await answer.json();
  return typeof body === 'object' && body !== null ? { ...body } : {};
}
