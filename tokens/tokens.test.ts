import { createLocalJWKSet } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import type { HoldReceiptClaims } from '../contracts/token-claims.ts';
import { signAccessPass } from './access-pass.sign.ts';
import { verifyAccessPass } from './access-pass.verify.ts';
import { nodeEd25519 } from './ed25519.node.ts';
import { generateEdgeKeySet, generateOkpKeySet } from './generate-keys.ts';
import { nodeHmac } from './hmac.node.ts';
import { holdReceiptClaims, signHoldReceipt, type HoldReceipt } from './hold-receipt.sign.ts';
import { verifyHoldReceipt } from './hold-receipt.verify.ts';
import type { SigningKey } from './jwt.ts';
import { ed25519SigningKey, type EdgeKeySet, hmacKeys, hmacSigningKey, localKeys, publicKeySet } from './key-set.ts';
import { signOperatorToken } from './operator-token.sign.ts';
import { signQueueTicket } from './queue-ticket.sign.ts';
import { verifyQueueTicket } from './queue-ticket.verify.ts';
import { createVerifiedCache } from './verified-cache.ts';

const issuer = 'http://127.0.0.1:8787';
const nowMs = 1_800_000_000_000;
let keys: EdgeKeySet;
let queueKey: SigningKey;
let passKey: SigningKey;
const ticket = { issuer, room: 'demo', ticketId: 'AAAAAAAAAAAAAAAAAAAAAA', lane: 'general', score: '12', nowMs };
const pass = {
  issuer,
  room: 'demo',
  ticketId: ticket.ticketId,
  lane: 'general',
  sessionEndsAtMs: nowMs + 600_000,
  nowMs,
};

beforeAll(async () => {
  keys = await generateEdgeKeySet();
  queueKey = await hmacSigningKey(keys);
  passKey = await ed25519SigningKey({ keys: keys.pass });
});

describe('queue tickets', () => {
  it('come back with their claims', async () => {
    const token = await signQueueTicket(queueKey, ticket);
    const result = await verifyQueueTicket(hmacKeys(keys), token, { issuer, room: 'demo', nowMs });
    expect(result).toMatchObject({ ok: true, claims: { sub: ticket.ticketId, lane: 'general', score: '12' } });
  });
  it('signed by Node’s own HMAC are the same text', async () => {
    const quick = await hmacSigningKey(keys, nodeHmac);
    const lane = 'Zürich ✓';
    expect(await signQueueTicket(quick, { ...ticket, lane })).toBe(
      await signQueueTicket(queueKey, { ...ticket, lane }),
    );
  });
  it('live until one millisecond before their end and no longer', async () => {
    const token = await signQueueTicket(queueKey, ticket);
    const at = (ms: number) => verifyQueueTicket(hmacKeys(keys), token, { issuer, room: 'demo', nowMs: ms });
    expect(await at(nowMs + 24 * 3_600_000 - 1)).toMatchObject({ ok: true });
    expect(await at(nowMs + 24 * 3_600_000)).toEqual({ ok: false, reason: 'expired' });
  });
  it('of another room, of another key, or altered are refused', async () => {
    const token = await signQueueTicket(queueKey, ticket);
    const elsewhere = await verifyQueueTicket(hmacKeys(keys), token, { issuer, room: 'tatkal', nowMs });
    expect(elsewhere).toEqual({ ok: false, reason: 'wrong_audience' });
    const strangers = hmacKeys(await generateEdgeKeySet());
    expect(await verifyQueueTicket(strangers, token, { issuer, room: 'demo', nowMs })).toEqual({
      ok: false,
      reason: 'invalid',
    });
    const altered = token.replace(/\.(.)/, (_all, first: string) => `.${first === 'a' ? 'b' : 'a'}`);
    expect(await verifyQueueTicket(hmacKeys(keys), altered, { issuer, room: 'demo', nowMs })).toEqual({
      ok: false,
      reason: 'invalid',
    });
    expect(await verifyQueueTicket(hmacKeys(keys), 'garbage', { issuer, room: 'demo', nowMs })).toEqual({
      ok: false,
      reason: 'invalid',
    });
  });
  it('signed with a key that only verifies now still count', async () => {
    const token = await signQueueTicket(queueKey, ticket);
    const rotated = await generateEdgeKeySet();
    const both = hmacKeys({ ...rotated, queue: [...rotated.queue, ...keys.queue] });
    expect(await verifyQueueTicket(both, token, { issuer, room: 'demo', nowMs })).toMatchObject({ ok: true });
  });
});

const receiptOf = (expiresAtMs: number): HoldReceipt => ({
  issuer,
  owner: 'o',
  room: 'demo',
  holdId: 'h',
  performanceId: 'p',
  items: [],
  legs: [0, 1],
  fence: '1.1',
  expiresAtMs,
  maxExpiresAtMs: expiresAtMs,
  nowMs,
});

describe('kinds', () => {
  it('never pass as one another, even under the same key', async () => {
    const receipt = await signHoldReceipt(passKey, receiptOf(nowMs + 1000));
    const verifyKeys = localKeys({ keys: keys.pass });
    expect(await verifyAccessPass(verifyKeys, receipt, { issuer, nowMs })).toEqual({ ok: false, reason: 'invalid' });
    expect(await verifyHoldReceipt(verifyKeys, await signAccessPass(passKey, pass), { issuer, nowMs })).toEqual({
      ok: false,
      reason: 'invalid',
    });
  });
  it('of another origin are refused', async () => {
    const token = await signAccessPass(passKey, pass);
    const result = await verifyAccessPass(localKeys({ keys: keys.pass }), token, {
      issuer: 'https://elsewhere.example',
      nowMs,
    });
    expect(result).toEqual({ ok: false, reason: 'invalid' });
  });
  it('publish no private part', async () => {
    const published = publicKeySet(await generateOkpKeySet());
    expect(JSON.stringify(published)).not.toContain('"d"');
    const token = await signAccessPass(passKey, pass);
    const result = await verifyAccessPass(createLocalJWKSet(publicKeySet({ keys: keys.pass })), token, {
      issuer,
      nowMs,
    });
    expect(result.ok).toBe(true);
  });
});

it('a cached token is checked once and ends on time', async () => {
  let checks = 0;
  const verifyKeys = localKeys({ keys: keys.pass });
  const cached = createVerifiedCache((token, now) => {
    checks += 1;
    return verifyAccessPass(verifyKeys, token, { issuer, nowMs: now });
  });
  const token = await signAccessPass(passKey, pass);
  expect((await cached(token, nowMs)).ok).toBe(true);
  expect((await cached(token, nowMs + 599_999)).ok).toBe(true);
  expect(checks).toBe(1);
  expect(await cached(token, nowMs + 600_000)).toEqual({ ok: false, reason: 'expired' });
});

it('a token that this process has signed is taken back unchecked, until its end', async () => {
  const cached = createVerifiedCache<HoldReceiptClaims>(async () => ({ ok: false, reason: 'invalid' }));
  cached.remember('mine', holdReceiptClaims(receiptOf(nowMs + 1000)));
  expect(await cached('mine', nowMs)).toMatchObject({ ok: true, claims: { holdId: 'h' } });
  expect(await cached('mine', nowMs + 1000)).toEqual({ ok: false, reason: 'expired' });
  expect(await cached('another', nowMs)).toEqual({ ok: false, reason: 'invalid' });
});

it('a receipt signed by Node’s own call says what jose reads, and what is remembered of it', async () => {
  const set = await generateOkpKeySet();
  const receipt = await signHoldReceipt(await ed25519SigningKey(set, nodeEd25519), receiptOf(nowMs + 1000));
  const claims = holdReceiptClaims(receiptOf(nowMs + 1000));
  expect(await verifyHoldReceipt(localKeys(set), receipt, { issuer, nowMs })).toEqual({ ok: true, claims });
  const strangers = localKeys({ keys: keys.pass });
  expect(await verifyHoldReceipt(strangers, receipt, { issuer, nowMs })).toEqual({ ok: false, reason: 'invalid' });
});

it('an operator token over twelve hours is not made', async () => {
  const token = { issuer, operator: 'anna', role: 'admin' as const, ttlSeconds: 12 * 3600 + 1, nowMs };
  await expect(signOperatorToken(passKey, token)).rejects.toThrow(RangeError);
});
