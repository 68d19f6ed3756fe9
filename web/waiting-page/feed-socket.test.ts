import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RoomServerMessage } from '../../contracts/feed-messages.ts';
import { openFeedSocket } from './feed-socket.ts';

/** A socket that the test opens, lets speak and closes. */
class FakeSocket extends EventTarget {
  static readonly OPEN = 1;
  static readonly all: FakeSocket[] = [];
  readyState = 0;
  readonly sent: string[] = [];
  readonly url: string;
  constructor(url: string) {
    super();
    this.url = url;
    FakeSocket.all.push(this);
  }
  open(): void {
    this.readyState = FakeSocket.OPEN;
    this.dispatchEvent(new Event('open'));
  }
  say(message: object): void {
    this.dispatchEvent(new MessageEvent('message', { data: JSON.stringify(message) }));
  }
  send(text: string): void {
    this.sent.push(text);
  }
  close(): void {
    this.readyState = 3;
    this.dispatchEvent(new Event('close'));
  }
}

const last = (): FakeSocket => {
  const socket = FakeSocket.all.at(-1);
  if (socket === undefined) throw new Error('no socket was opened');
  return socket;
};
const token = () => Promise.resolve({ ok: true as const, status: 201, body: { token: 'T', feedUrl: 'ws://feed' } });

let heard: RoomServerMessage[];
beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
  vi.stubGlobal('WebSocket', FakeSocket);
  FakeSocket.all.length = 0;
  heard = [];
});
afterEach(() => {
  vi.useRealTimers();
});

/** A feed socket that is open and has heard a board; `random` is what its jitter draws. */
async function connected(random = 0.5) {
  vi.spyOn(Math, 'random').mockReturnValue(random);
  const feed = openFeedSocket(token, (message) => heard.push(message));
  await vi.advanceTimersByTimeAsync(0);
  last().open();
  last().say({ type: 'board' });
  return feed;
}

/** How long after now another socket is opened, in ms. */
async function opensAfter(): Promise<number> {
  const [before, began] = [FakeSocket.all.length, Date.now()];
  while (FakeSocket.all.length === before) await vi.advanceTimersByTimeAsync(100);
  return Date.now() - began;
}

describe('the feed’s socket', () => {
  it('says hello, hands frames on and says here', async () => {
    const feed = await connected();
    expect(feed.here()).toBe(true);
    expect(last().sent).toEqual(['{"type":"hello","token":"T"}', '{"type":"here"}']);
    expect(heard).toEqual([{ type: 'board' }]);
    feed.stop();
  });

  it.each([
    [0, 2000],
    [0.5, 4000],
    [0.999, 6000],
  ])('that breaks leaves the page to the board and comes back after 2 to 6 s (drawn %f)', async (random, ms) => {
    const feed = await connected(random);
    last().close();
    expect([feed.isLive(), feed.here()]).toEqual([false, false]);
    expect(await opensAfter()).toBe(ms);
    feed.stop();
  });

  it('that keeps breaking waits longer each time, a minute at most, and starts afresh after a board', async () => {
    const feed = await connected();
    const waits: number[] = [];
    for (let round = 0; round < 6; round += 1) {
      last().close();
      waits.push(await opensAfter());
    }
    expect(waits).toEqual([4000, 8000, 16_000, 32_000, 60_000, 60_000]);
    last().open();
    last().say({ type: 'board' });
    last().close();
    expect(await opensAfter()).toBe(4000);
    feed.stop();
  });

  it('that is told the feed is full leaves it alone for half a minute more', async () => {
    const feed = await connected();
    last().say({ type: 'full' });
    last().close();
    expect(await opensAfter()).toBe(34_000);
    feed.stop();
  });

  it('that is silent for 10 s is given up, not a moment earlier', async () => {
    const feed = await connected();
    vi.setSystemTime(Date.now() + 9999);
    expect(feed.isLive()).toBe(true);
    vi.setSystemTime(Date.now() + 1);
    expect(feed.isLive()).toBe(false);
    expect(last().readyState).toBe(3);
    feed.stop();
  });

  it('that was stopped stays closed', async () => {
    const feed = await connected();
    feed.stop();
    await vi.advanceTimersByTimeAsync(120_000);
    expect(FakeSocket.all).toHaveLength(1);
  });
});
