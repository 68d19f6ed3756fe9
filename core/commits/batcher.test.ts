import { describe, expect, it } from 'vitest';
import { createBatcher, type BatcherOptions, type Flushed } from './batcher.ts';

type Flush = { batch: readonly string[]; end: (outcomes: Flushed<string>[]) => void };

/** A batcher whose flushes end when the test says so; `turn` ends a turn of the event loop. */
function harness(options: Partial<BatcherOptions<string, string>> = {}) {
  const flushes: Flush[] = [];
  const deferred: (() => void)[] = [];
  const batcher = createBatcher<string, string>({
    maxBatch: 3,
    maxInFlight: 2,
    maxWaiting: 5,
    defer: (work) => void deferred.push(work),
    flush: (batch) => new Promise((end) => void flushes.push({ batch, end })),
    ...options,
  });
  const turn = async () => {
    for (const work of deferred.splice(0)) work();
    await Promise.resolve();
  };
  const done = async (index: number) => {
    flushes[index]?.end(flushes[index].batch.map((result) => ({ kind: 'done', result })));
    for (let i = 0; i < 5; i += 1) await Promise.resolve();
  };
  return { batcher, flushes, turn, done, batches: () => flushes.map(({ batch }) => batch.join('')) };
}

describe('a batcher', () => {
  it('flushes what came in one turn together, at once, and tells each its own outcome', async () => {
    const { batcher, turn, done, batches } = harness();
    const results = ['a', 'b'].map((item) => batcher.submit(item));
    expect(batches()).toEqual([]);
    await turn();
    expect(batches()).toEqual(['ab']);
    await done(0);
    expect(await Promise.all(results)).toEqual([
      { kind: 'done', result: 'a' },
      { kind: 'done', result: 'b' },
    ]);
  });

  it('keeps to its bounds of a batch and of flushes under way, and flushes the next when the last returns', async () => {
    const { batcher, turn, done, batches } = harness();
    for (const item of 'abc') void batcher.submit(item);
    await turn();
    for (const item of 'de') void batcher.submit(item);
    await turn();
    for (const item of 'fghij') void batcher.submit(item);
    await turn();
    expect(batches()).toEqual(['abc', 'de']);
    await done(1);
    expect(batches()).toEqual(['abc', 'de', 'fgh']);
    await done(0);
    expect(batches()).toEqual(['abc', 'de', 'fgh', 'ij']);
  });

  it('refuses as busy what would wait beyond its bound, and takes the next when there is room again', async () => {
    const { batcher, turn, done, batches } = harness({ maxInFlight: 1 });
    void batcher.submit('a');
    await turn();
    for (const item of 'bcdef') void batcher.submit(item);
    await expect(batcher.submit('g')).rejects.toMatchObject({ code: 'busy' });
    await done(0);
    void batcher.submit('h');
    await done(1);
    expect(batches()).toEqual(['a', 'bcd', 'efh']);
  });

  it('puts what is to be judged again before what came later, in the order it had', async () => {
    const { batcher, turn, flushes, batches } = harness({ maxInFlight: 1 });
    for (const item of 'abc') void batcher.submit(item);
    await turn();
    void batcher.submit('d');
    flushes[0]?.end([{ kind: 'done', result: 'a' }, { kind: 'again' }, { kind: 'again' }]);
    await turn();
    await turn();
    expect(batches()).toEqual(['abc', 'bcd']);
  });

  it('gives a batch of the free lane the turn, and two of one lane when no other waits', async () => {
    const { batcher, turn, batches } = harness({ laneOf: (item) => item.charCodeAt(0), maxBatch: 1 });
    for (const item of 'aaab') void batcher.submit(item);
    await turn();
    expect(batches().toSorted()).toEqual(['a', 'b']);
    const alone = harness({ laneOf: () => 1, maxBatch: 1 });
    for (const item of 'aaa') void alone.batcher.submit(item);
    await alone.turn();
    expect(alone.batches()).toEqual(['a', 'a']);
  });

  describe('that gathers enough', () => {
    const gathering = (options: Partial<BatcherOptions<string, string>> = {}) => {
      let nowMs = 0;
      const later: { atMs: number; work: () => void }[] = [];
      const after = (ms: number, work: () => void) => void later.push({ atMs: nowMs + ms, work });
      const made = harness({ enough: 3, now: () => nowMs, after, ...options });
      const pass = (ms: number) => {
        nowMs += ms;
        for (const one of later.splice(0)) {
          if (one.atMs <= nowMs) one.work();
          else later.push(one);
        }
      };
      const submit = (items: string) => {
        for (const item of items) void made.batcher.submit(item);
      };
      return { ...made, pass, submit };
    };

    it('lets fewer wait for the flush under way and, after one of several, for as long again as that took', async () => {
      const { submit, turn, done, pass, batches } = gathering();
      submit('ab');
      await turn();
      submit('cd');
      await turn();
      pass(10);
      await done(0);
      expect(batches()).toEqual(['ab']);
      pass(9);
      expect(batches()).toEqual(['ab']);
      pass(1);
      expect(batches()).toEqual(['ab', 'cd']);
    });

    it('flushes enough at once, also beside a flush under way, and lets nobody wait after a lone one', async () => {
      const { submit, turn, done, pass, batches } = gathering();
      submit('ab');
      await turn();
      submit('cde');
      await turn();
      expect(batches()).toEqual(['ab', 'cde']);
      pass(10);
      await done(1);
      await done(0);
      submit('fgh');
      await turn();
      expect(batches()).toEqual(['ab', 'cde', 'fgh']);
      const lone = gathering();
      lone.submit('a');
      await lone.turn();
      lone.submit('b');
      lone.pass(10);
      await lone.done(0);
      expect(lone.batches()).toEqual(['a', 'b']);
    });

    it('makes one batch of what waits in all lanes, and waits for nothing when it is to end', async () => {
      const { submit, turn, done, pass, batches, batcher } = gathering({ laneOf: (item) => item.charCodeAt(0) });
      submit('ab');
      await turn();
      expect(batches()).toEqual(['ba']);
      submit('cd');
      pass(10);
      await done(0);
      expect(batches()).toEqual(['ba']);
      void batcher.drain();
      expect(batches()).toEqual(['ba', 'dc']);
    });
  });

  it('does not begin what nobody waits for any more, and says so', async () => {
    const gone = new Set(['b']);
    const { batcher, turn, batches } = harness({ isWanted: (item) => !gone.has(item) });
    const [, refused] = ['a', 'b'].map((item) => batcher.submit(item));
    await turn();
    expect(batches()).toEqual(['a']);
    expect(await refused).toMatchObject({ kind: 'failed', isUnknown: false, error: { code: 'store_unavailable' } });
  });

  it('counts a flush that throws, or tells too little, as unknown, and goes on', async () => {
    const { batcher, turn, flushes } = harness({ maxInFlight: 1 });
    const silent = batcher.submit('a');
    await turn();
    flushes[0]?.end([]);
    expect(await silent).toMatchObject({ kind: 'failed', isUnknown: true });
    const thrown = harness({ flush: () => Promise.reject(new Error('broken')) });
    const broken = thrown.batcher.submit('a');
    await thrown.turn();
    expect(await broken).toMatchObject({ kind: 'failed', isUnknown: true, error: { message: 'broken' } });
  });

  it('drains: what waits and what is under way is through before it says so', async () => {
    const { batcher, turn, done } = harness({ maxInFlight: 1 });
    let isDrained = false;
    void batcher.submit('a');
    await turn();
    void batcher.submit('b');
    void batcher.drain().then(() => (isDrained = true));
    await done(0);
    expect(isDrained).toBe(false);
    await done(1);
    expect(isDrained).toBe(true);
    await batcher.drain();
  });
});
