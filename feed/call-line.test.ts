import { expect, test } from 'vitest';
import { createCallLine } from './call-line.ts';
import { makeBoard } from './feed.fixture.ts';
import type { Visitor } from './visitor.ts';

/** Visitors who write their names down when they are called, unless they are behind. */
function crowd() {
  const called: string[] = [];
  const behind = new Set<string>();
  const visitor = (ticketId: string, score: string, lane = 'general'): Visitor => ({
    room: 'demo',
    ticketId,
    lane,
    score,
    expMs: 0,
    outbox: {
      offer: () => true,
      send: () => !behind.has(ticketId) && called.push(ticketId) > 0,
      close: () => {},
    },
  });
  return { called, behind, visitor };
}

const upTo = (calledTo: string) => makeBoard('demo', 1, { calledTo });

test('each is called once, when the call of their lane has reached their score, whatever the order of coming', () => {
  const { called, visitor } = crowd();
  const line = createCallLine();
  for (const score of ['30', '10', '20.5', '20.25']) line.add(visitor(score, score));
  line.add(visitor('other lane', '1', 'members'));
  line.call(upTo('10'));
  expect(called).toEqual(['10']);
  line.call(upTo('20.49'));
  line.call(upTo('20.5'));
  line.call(upTo('20.5'));
  expect(called).toEqual(['10', '20.25', '20.5']);
});

test('nobody is called in the lobby', () => {
  const { called, visitor } = crowd();
  const line = createCallLine();
  line.add(visitor('a', '1'));
  line.call({ ...upTo('5'), phase: 'lobby' });
  expect(called).toEqual([]);
});

test('two tabs of a score are both called, and one that left is not', () => {
  const { called, visitor } = crowd();
  const line = createCallLine();
  const [one, two, gone] = [visitor('one', '5'), visitor('two', '5'), visitor('gone', '5')];
  for (const who of [one, gone, two]) line.add(who);
  line.remove(gone);
  line.call(upTo('5'));
  expect(called.toSorted()).toEqual(['one', 'two']);
});

test('who is too far behind to be told is told with a later tick', () => {
  const { called, behind, visitor } = crowd();
  const line = createCallLine();
  for (const score of ['1', '2', '3']) line.add(visitor(score, score));
  behind.add('1').add('3');
  line.call(upTo('3'));
  expect(called).toEqual(['2']);
  behind.clear();
  line.call(upTo('3'));
  expect(called.toSorted()).toEqual(['1', '2', '3']);
});
