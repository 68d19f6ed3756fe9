import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { boardSchema, type Board } from '../../contracts/board.ts';
import * as v from 'valibot';
import { drawCommitment, roundSeed } from '../../contracts/draw.ts';
import { ROUND_MS, roundEndMs, type Round } from '../../contracts/rounds.ts';
import { START, startStores, type Mutation, type RoomUnderTest, type Stores } from './room-under-test.ts';

let stores: Stores;
beforeAll(async () => {
  stores = await startStores();
});
afterAll(() => stores.stop());

const MINUTE = START / ROUND_MS;
const END = roundEndMs(MINUTE);
const SETTINGS = {
  rate: 600,
  capacity: 100,
  sessionMs: 600_000,
  claimMs: 120_000,
  paused: false,
  opensAt: null,
  lanes: [{ name: 'general', weight: 1 }],
};
type Drawn = { id: string; score: string; round: Round | null };

/** A room that draws, open for eight seconds, and what its visitors do. */
async function openRoom(mutations: Mutation[] = [], method: 'fifo' | 'random' = 'random') {
  const room = await stores.openRoom({ ...SETTINGS, method }, mutations);
  const ticks = async (count: number): Promise<string[]> => {
    const entered = [];
    for (let i = 0; i < count; i++) {
      await room.advance(1000);
      for (const outcome of await room.tick())
        if (outcome.status === 'admitted') entered.push(...outcome.result.admitted.map(({ id }) => id));
    }
    return entered;
  };
  await ticks(8);
  return {
    room,
    ticks,
    async join(id: string, draw: number): Promise<Drawn> {
      const { score, round } = await room.join(id, 'general', draw);
      if (score === null) throw new Error('a place without a score');
      return { id, score, round };
    },
    stateOf: async ({ id, score }: Drawn) => (await room.place(id, 'general', score)).state,
    ask: ({ id, score }: Drawn, claims = false) => room.answer(id, 'general', score, claims),
    again: ({ id, score, round }: Drawn) => room.join(id, 'general', 0.5, { score, round }),
    calledTo: async () => Number((await room.state())['calledTo:general']),
    /** Ticks, each second, until just before or at a time. */
    async until(ms: number): Promise<void> {
      while (room.nowMs() + 1000 <= ms) await ticks(1);
      await room.advance(ms - room.nowMs());
    },
    board: async (): Promise<Board> =>
      v.parse(boardSchema, JSON.parse((await stores.redis.get('{r:demo}:board')) ?? '')),
  };
}

/** Everyone answers whenever they are called, for so many ticks; who came in, in order. */
async function admitAll(room: Awaited<ReturnType<typeof openRoom>>, drawn: Drawn[], seconds: number) {
  const entered: string[] = [];
  for (let second = 0; second < seconds; second++) {
    for (const one of drawn) if ((await room.stateOf(one)) === 'called') await room.ask(one);
    entered.push(...(await room.ticks(1)));
  }
  return entered;
}

describe('a round', () => {
  it('takes one number, ends with its minute of Redis time, and is ordered by its draws', async () => {
    const { room, join, until } = await openRoom();
    const [a, b] = [await join('a', 0.9), await join('b', 0.1)];
    await until(END - 1);
    const c = await join('c', 0.5);
    await room.advance(1);
    const d = await join('d', 0.01);
    expect([a, b, c].map(({ round }) => round)).toEqual(Array.from({ length: 3 }, () => ({ minute: MINUTE, base: 2 })));
    expect(d.round).toEqual({ minute: MINUTE + 1, base: 3 });
    expect([a, b, c, d].map(({ score }) => Number(score))).toEqual([2.9, 2.1, 2.5, 3.01]);
  });

  it('is called only when it is over, although slots are free, and then lets its visitors in by their draws', async () => {
    const room = await openRoom();
    const drawn = [await room.join('a', 0.9), await room.join('b', 0.1), await room.join('c', 0.5)];
    await room.until(END - 1);
    expect(await Promise.all(drawn.map(room.stateOf))).toEqual(['waiting', 'waiting', 'waiting']);
    // Their pages look within two seconds of the end, and the call waits for them as at an opening.
    await room.ticks(5);
    expect(await room.calledTo()).toBeLessThan(2);
    expect(await admitAll(room, drawn, 8)).toEqual(['b', 'c', 'a']);
  });

  it('without the guard that it is over is called at once: the control', async () => {
    const guard = 'if not round_is_over(round, now, since) then return round[2] end';
    const room = await openRoom([{ script: 'tick', from: guard, to: '' }]);
    const early = await room.join('a', 0.9);
    await room.ticks(30);
    expect(await room.stateOf(early)).toBe('called');
  });

  it('shows no score on the board before its end, only how many it holds', async () => {
    const room = await openRoom();
    for (let i = 0; i < 40; i++) await room.join(`v${i}`, (i + 0.5) / 40);
    await room.ticks(1);
    const lane = (await room.board()).lanes['general'];
    expect(lane?.marks.filter(([score]) => score > 2 && score < 2.99)).toEqual([]);
    expect(lane?.marks.at(-1)).toEqual([3, 40]);
    expect(Number(lane?.nearTo)).toBeLessThan(2);
    await room.until(END + 1000);
    const after = (await room.board()).lanes['general'];
    expect(after?.marks.filter(([score]) => score > 2 && score < 2.99).length).toBeGreaterThan(20);
    expect(Number(after?.nearTo)).toBeGreaterThan(2.99);
  });

  it('is promised before it begins, and its seed is told when it is over', async () => {
    const room = await openRoom();
    const { roundSecret } = await room.room.row();
    const seed = await roundSeed(roundSecret, 'demo', MINUTE);
    await room.join('a', 0.5);
    await room.ticks(1);
    const promised = { minute: MINUTE, commitment: await drawCommitment(seed) };
    const told = async () => (await room.board()).rounds?.find(({ minute }) => minute === MINUTE);
    expect(await told()).toEqual(promised);
    expect((await room.board()).rounds?.at(-1), 'the next one is promised too').toMatchObject({ minute: MINUTE + 1 });
    await room.until(END - 1);
    expect(await told()).toEqual(promised);
    await room.room.advance(1);
    await room.room.tick();
    expect(await told()).toEqual({ minute: MINUTE, seed });
  });
});

describe('a join that can’t be drawn', () => {
  it('is refused and moves no number', async () => {
    const { room, join } = await openRoom();
    await join('a', 0.5);
    const before = (await room.state())['counter:general'];
    const request = { room: 'demo', ticketId: 'b', lane: 'general', expMs: START + 1e8 };
    for (const roundDraws of [
      undefined,
      { minute: MINUTE + 1, draws: [0.1, 0.1, 0.1] },
      { minute: MINUTE - 3, draws: [0.1, 0.1, 0.1] },
    ])
      await expect(room.joinAs({ ...request, ...(roundDraws && { roundDraws }) })).rejects.toMatchObject({
        code: 'room_recovering',
      });
    expect((await room.state())['counter:general']).toBe(before);
  });

  it('in a minute whose end a tick has seen goes to the next one, although Redis’s clock went back', async () => {
    const { room, join, until } = await openRoom();
    await until(END - 1);
    await room.advance(1);
    await room.tick();
    await room.advance(-3000);
    expect((await join('late', 0.5)).round?.minute).toBe(MINUTE + 1);
  });
});

describe('a change of method', () => {
  it('touches later joins only: everyone keeps the order in which the methods took them', async () => {
    const room = await openRoom([], 'fifo');
    const first = await room.join('first', 0);
    await room.room.configure({ method: 'random' });
    const [far, near] = [await room.join('far', 0.7), await room.join('near', 0.2)];
    await room.room.configure({ method: 'fifo' });
    const fifo = await room.join('fifo', 0);
    await room.room.configure({ method: 'random' });
    const last = await room.join('last', 0.001);
    expect(fifo.round).toBeNull();
    const scores = [first, near, far, fifo, last].map(({ score }) => Number(score));
    expect(scores).toEqual(scores.toSorted((a, b) => a - b));
    // Who came before the round is not held up by it; who came behind it waits for its end.
    await room.ticks(8);
    expect(await Promise.all([first, near, fifo].map(room.stateOf))).toEqual(['called', 'waiting', 'waiting']);
    expect(await admitAll(room, [first, far, near, fifo, last], 80)).toEqual(['first', 'near', 'far', 'fifo', 'last']);
  });

  it('to passthrough lets in whoever answers, also out of a round that is not over', async () => {
    const room = await openRoom();
    const drawn = [await room.join('a', 0.9), await room.join('b', 0.1)];
    await room.room.configure({ method: 'passthrough' });
    await room.ticks(1);
    expect(await Promise.all(drawn.map(room.stateOf))).toEqual(['called', 'called']);
    for (const one of drawn) await room.ask(one);
    expect((await room.ticks(1)).toSorted()).toEqual(['a', 'b']);
    await room.room.configure({ method: 'random' });
    const later = await room.join('later', 0.001);
    expect(later.round?.base, 'nobody comes to stand before those who were called').toBe(3);
    expect(await room.stateOf(later)).toBe('waiting');
  });
});

describe('losing Redis in the middle of a round', () => {
  it('costs nobody the place, the order or the secret: the round ends with its minute, newcomers stand behind it', async () => {
    const room = await openRoom();
    const drawn = [await room.join('a', 0.9), await room.join('b', 0.1)];
    await room.ticks(1);
    // Nobody wrote down that this one joined.
    drawn.push(await room.join('c', 0.5));
    await loseAndRestore(room.room);
    const newcomer = await room.join('d', 0.001);
    expect(newcomer.round?.minute).toBe(MINUTE);
    expect(newcomer.round?.base).toBeGreaterThan(1000);
    for (const one of drawn) expect((await room.again(one)).score).toBe(one.score);
    await room.until(END + 5000);
    expect(await room.calledTo()).toBeLessThan(2);
    expect(await admitAll(room, [...drawn, newcomer], 40)).toEqual(['b', 'c', 'a', 'd']);
  });

  it('in a round that no tick had seen yet calls none of it before its end', async () => {
    const room = await openRoom();
    const unseen = await room.join('a', 0.9);
    await loseAndRestore(room.room);
    await room.again(unseen);
    await room.until(END);
    expect(await room.stateOf(unseen)).toBe('waiting');
    expect(await admitAll(room, [unseen], 40)).toEqual(['a']);
  });

  it('counts a drawn line by its parts: thousands on few numbers', async () => {
    const room = await openRoom();
    for (let i = 0; i < 300; i++) await room.join(`v${String(i)}`, (i + 0.5) / 300);
    await room.until(END + 2000);
    await loseAndRestore(room.room);
    await room.ticks(2);
    const lane = (await room.board()).lanes['general'];
    expect(lane?.waiting).toBeGreaterThan(295);
    expect(lane?.waiting).toBeLessThan(310);
    const middle = lane?.marks.find(([score]) => score >= 2.5);
    expect(middle?.[1]).toBeGreaterThan(120);
    expect(middle?.[1]).toBeLessThan(200);
  });
});

async function loseAndRestore(room: RoomUnderTest): Promise<void> {
  await room.lose();
  await room.advance(1000);
  expect((await room.tick())[0]).toEqual({ status: 'lost' });
  await room.restore();
}
