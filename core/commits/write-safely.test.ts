import { describe, expect, it } from 'vitest';
import postgres from 'postgres';
import type { Flushed } from './batcher.ts';
import { judgeFailure, writeSafely } from './write-safely.ts';

const coded = (code: string) => Object.assign(new Error(code), { code });
const sqlError = (code: string, constraint?: string) =>
  Object.assign(Object.create(postgres.PostgresError.prototype) as Error, { code, constraint_name: constraint });
const DUPLICATE = sqlError('23505', 'seat_claims_sold_once');

/** Runs a batch against scripted failures; null in the script is a run that succeeds. Returns the outcomes and who ran when. */
async function run(
  items: string[],
  script: (items: readonly string[], run: number) => Error | null,
  gone: string[] = [],
) {
  const runs: string[] = [];
  const outcomes = await writeSafely<string, string>(
    {
      async write(batch) {
        runs.push(batch.join(''));
        const failure = script(batch, runs.length);
        if (failure !== null) throw failure;
        return batch.map((result): Flushed<string> => ({ kind: 'done', result }));
      },
      isWanted: (item) => !gone.includes(item),
      pause: async () => {},
    },
    items,
  );
  return { runs, said: outcomes.map(say) };
}

const say = (one: Flushed<string>) => (one.kind === 'failed' && one.isUnknown ? 'unknown' : one.kind);

describe('a batch that fails', () => {
  it('is run once more when a rival got in between, a deadlock hit it or it took too long', async () => {
    for (const failure of [
      DUPLICATE,
      sqlError('23514', 'zone_legs_never_oversold'),
      sqlError('40P01'),
      sqlError('57014'),
    ]) {
      const { runs, said } = await run(['a', 'b'], (_, n) => (n === 1 ? failure : null));
      expect([runs, said]).toEqual([
        ['ab', 'ab'],
        ['done', 'done'],
      ]);
    }
  });

  it('is run item by item after that, so that one which can’t be written takes nobody with it', async () => {
    const { runs, said } = await run(['a', 'x', 'b'], (items) => (items.includes('x') ? DUPLICATE : null));
    expect(said).toEqual(['done', 'failed', 'done']);
    expect(runs).toEqual(['axb', 'axb', 'a', 'x', 'x', 'x', 'x', 'x', 'b']);
  });

  it('is run item by item at once when running it again would change nothing', async () => {
    const { runs, said } = await run(['a', 'x'], (items) => (items.includes('x') ? sqlError('22P05') : null));
    expect([runs, said]).toEqual([
      ['ax', 'a', 'x'],
      ['done', 'failed'],
    ]);
    expect((await run(['x'], () => sqlError('42P01'))).runs).toEqual(['x']);
  });

  it('is known again after a lost connection when the next run finds what it wrote', async () => {
    const { runs, said } = await run(['a', 'b'], (_, n) => (n === 1 ? coded('CONNECTION_CLOSED') : null));
    expect([runs, said]).toEqual([
      ['ab', 'ab'],
      ['done', 'done'],
    ]);
  });

  it('stays unknown when the connection was lost and nobody can be asked after that', async () => {
    const { runs, said } = await run(['a', 'b'], (_, n) => coded(n === 1 ? 'CONNECTION_CLOSED' : 'ECONNREFUSED'));
    expect([runs, said]).toEqual([
      ['ab', 'ab'],
      ['unknown', 'unknown'],
    ]);
  });

  it('is not run again, and nothing is unknown, when the server was never reached', async () => {
    const { runs, said } = await run(['a', 'b'], () => coded('ECONNREFUSED'));
    expect([runs, said]).toEqual([['ab'], ['failed', 'failed']]);
  });

  it('spares runs alone for those who were refused meanwhile, and for the rest of them once the server is gone', async () => {
    const spared = await run(['a', 'b'], (items) => (items.length > 1 ? DUPLICATE : null), ['a']);
    expect([spared.runs, spared.said]).toEqual([
      ['ab', 'ab', 'b'],
      ['failed', 'done'],
    ]);
    const gone = await run(['a', 'b', 'c'], (items) => (items.length > 1 ? DUPLICATE : coded('ECONNREFUSED')));
    expect([gone.runs, gone.said]).toEqual([
      ['abc', 'abc', 'a'],
      ['failed', 'failed', 'failed'],
    ]);
  });
});

it('tells a lost connection from a refused one, and both from what may pass', () => {
  expect(['57P01', '08006', 'ECONNRESET'].map((code) => judgeFailure(coded(code)))).toEqual(['lost', 'lost', 'lost']);
  expect([judgeFailure(coded('CONNECT_TIMEOUT')), judgeFailure(DUPLICATE), judgeFailure(new Error('x'))]).toEqual([
    'unreachable',
    'retry',
    'other',
  ]);
});
