import { createHash, createHmac } from 'node:crypto';
import { expect, it } from 'vitest';
import { drawCommitment, drawScore } from './draw.ts';

it('a draw is the base plus the first 26 bits of the HMAC, as anybody can recompute it', async () => {
  const mac = createHmac('sha256', 'seed').update('AAAAAAAAAAAAAAAAAAAAAA').digest();
  const fraction = (mac.readUInt32BE(0) >>> 6) / 2 ** 26;
  expect(await drawScore('seed', 'AAAAAAAAAAAAAAAAAAAAAA', 17)).toBe(17 + fraction);
});

it('draws spread evenly and keep below the next number', async () => {
  const scores = await Promise.all(Array.from({ length: 2000 }, (_, i) => drawScore('seed', `ticket-${i}`, 5)));
  for (const score of scores) expect(score >= 5 && score < 6).toBe(true);
  const lower = scores.filter((score) => score < 5.5).length;
  expect(Math.abs(lower - 1000)).toBeLessThan(120);
});

it('the commitment is the seed’s SHA-256 and tells nothing else', async () => {
  expect(await drawCommitment('seed')).toBe(createHash('sha256').update('seed').digest('hex'));
});
