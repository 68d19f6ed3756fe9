import { expect, test } from 'vitest';
import { textFrame } from './text-frame.ts';

const head = (length: number): number[] => [...textFrame('x'.repeat(length)).subarray(0, -length || undefined)];

test('the head carries FIN, opcode 1 and the length in the shortest of three forms', () => {
  expect(head(0)).toEqual([0x81, 0]);
  expect(head(125)).toEqual([0x81, 125]);
  expect(head(126)).toEqual([0x81, 126, 0, 126]);
  expect(head(65_535)).toEqual([0x81, 126, 255, 255]);
  expect(head(65_536)).toEqual([0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]);
});

test('lengths count bytes, not characters', () => {
  const frame = textFrame('ä€');
  expect([...frame.subarray(0, 2)]).toEqual([0x81, 5]);
  expect(frame.subarray(2).toString('utf8')).toBe('ä€');
});
