import { expect, it } from 'vitest';
import { drawCommitment, drawScore } from '../contracts/draw.ts';
import { checkDraw } from './check-draw.ts';

const TICKET_ID = 'AAAAAAAAAAAAAAAAAAAAAA';
const question = { seed: 's', ticket: TICKET_ID, base: 3, commitment: undefined };

it('computes the same score as the edge, from the id or from the whole ticket', async () => {
  const score = String(await drawScore('s', TICKET_ID, 3));
  expect(await checkDraw(question)).toMatchObject({ ticketId: TICKET_ID, score, fits: null });
  const payload = Buffer.from(JSON.stringify({ sub: TICKET_ID })).toString('base64url');
  expect(await checkDraw({ ...question, ticket: `e.${payload}.s` })).toMatchObject({ score });
});

it('says whether the seed is the promised one', async () => {
  const commitment = await drawCommitment('s');
  expect(await checkDraw({ ...question, commitment })).toMatchObject({ fits: true });
  expect(await checkDraw({ ...question, commitment, seed: 't' })).toMatchObject({ fits: false });
});

it('refuses what is no ticket', async () => {
  await expect(checkDraw({ ...question, ticket: 'nonsense' })).rejects.toThrow('neither a queue ticket');
});
