import type { TickResult } from '../../redis/room/tick-room.ts';
import type { Settings } from './model.ts';
import type { Mutation, RoomUnderTest, Stores } from './room-under-test.ts';

/** A visitor as the test plays them. `inside` as the visitor was told it; `keys` as the ticks told it. */
export type Guest = {
  id: string;
  lane: string;
  score: string;
  state: 'outside' | 'answered' | 'admitted' | 'inside' | 'gone';
  /** Due again, ms; what the last answer asked for. */
  askAt: number;
  keys: number;
};
export type Admission = TickResult['admitted'][number] & { at: number };

/** A room with a crowd before it: one call each for what a crowd does, and what the ticks told of it. */
export type CrowdRoom = {
  room: RoomUnderTest;
  admissions: Admission[];
  /** Newcomers who join in the same moment. */
  newcomers(count: number, name?: string, lane?: string): Promise<Guest[]>;
  /** A second, then a tick by so many workers at once. Returns whom it admitted. */
  tick(workers?: number): Promise<Admission[]>;
  ticks(count: number): Promise<Admission[]>;
  /** The board of the last committed tick shows that this guest is called. */
  isCalled(guest: Guest): boolean;
  /** Asks once; a claim is made when there is a key and `claims` says so. */
  ask(guest: Guest, claims?: boolean): Promise<Guest['state']>;
  /** Everyone whose turn it is asks, as often as the room wants it. */
  askAll(guests: Guest[], claims?: boolean): Promise<void>;
  leave(guest: Guest): Promise<void>;
  board(): TickResult | null;
};

const LANE = 'general';
const SETTINGS: Settings = {
  rate: 600,
  capacity: 100,
  sessionMs: 600_000,
  claimMs: 120_000,
  paused: false,
  opensAt: null,
  lanes: [{ name: LANE, weight: 1 }],
  method: 'fifo',
};

/** Opens a room with one lane and lets it tick until everyone knows its first `nearTo`. */
export async function openCrowdRoom(
  stores: Stores,
  over: Partial<Settings> = {},
  mutations: Mutation[] = [],
): Promise<CrowdRoom> {
  const room = await stores.openRoom({ ...SETTINGS, ...over }, mutations);
  const guests = new Map<string, Guest>();
  const admissions: Admission[] = [];
  let last: TickResult | null = null;

  const crowd: CrowdRoom = {
    room,
    admissions,
    board: () => last,
    newcomers: (count, name = 'guest', lane = LANE) =>
      Promise.all(
        Array.from({ length: count }, async (_, i) => {
          const id = `${name}-${guests.size + i}`;
          const { score } = await room.join(id, lane, 0.5);
          if (score === null) throw new Error('a place without a score');
          const guest: Guest = { id, lane, score, state: 'outside', askAt: 0, keys: 0 };
          guests.set(id, guest);
          return guest;
        }),
      ),
    async tick(workers = 1) {
      await room.advance(1000);
      const outcomes = await room.tick(workers);
      const results = outcomes.flatMap((outcome) => (outcome.status === 'admitted' ? [outcome.result] : []));
      const known = last?.tick ?? 0;
      const result = results.find(({ tick }) => tick > known);
      if (result === undefined) return [];
      last = result;
      const admitted = result.admitted.map((admission) => ({ ...admission, at: room.nowMs() }));
      for (const { id } of admitted) {
        const guest = guests.get(id);
        if (guest !== undefined) Object.assign(guest, { state: 'admitted', keys: guest.keys + 1, askAt: 0 });
      }
      admissions.push(...admitted);
      return admitted;
    },
    async ticks(count) {
      const admitted: Admission[] = [];
      for (let i = 0; i < count; i++) admitted.push(...(await crowd.tick()));
      return admitted;
    },
    isCalled: ({ lane, score }) => Number(score) <= Number(last?.lanes[lane]?.calledTo ?? 0),
    async ask(guest, claims = true) {
      const place = await room.answer(guest.id, guest.lane, guest.score, claims);
      guest.askAt = room.nowMs() + (place.againMs ?? 0);
      if (place.state === 'active') guest.state = 'inside';
      if (place.state === 'ready' || place.state === 'late') guest.state = 'answered';
      if (place.state === 'spent') guest.state = 'gone';
      return guest.state;
    },
    async askAll(those, claims = true) {
      const due = ({ state, askAt }: Guest) => state !== 'inside' && state !== 'gone' && askAt <= room.nowMs();
      await Promise.all(those.filter((g) => due(g) && crowd.isCalled(g)).map((guest) => crowd.ask(guest, claims)));
    },
    async leave(guest) {
      await room.leave(guest.id, guest.lane, guest.score);
      guest.state = 'gone';
    },
  };
  await crowd.ticks(8);
  return crowd;
}
