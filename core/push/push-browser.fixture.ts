import { createDecipheriv, createECDH, createHmac, createPublicKey, randomBytes, verify } from 'node:crypto';
import { createServer } from 'node:http';
import * as v from 'valibot';
import type { PushSubscriptionJson } from '../../contracts/push.ts';
import { systemClock } from '../../platform/clock.ts';

/** What a push service got for a browser: the headers, and the message as the browser reads it. */
export type Pushed = { headers: Record<string, string | string[] | undefined>; payload: unknown };

const hmac = (key: Buffer, data: Buffer | string) => createHmac('sha256', key).update(data).digest();
const expand = (key: Buffer, info: Buffer | string, length: number) =>
  hmac(key, Buffer.concat([Buffer.from(info), Buffer.from([1])])).subarray(0, length);

/** A browser that has subscribed at an endpoint; it reads what comes by RFC 8291 §3.4 and RFC 8188 §2, written out here anew. */
export function createPushBrowser(endpoint: string) {
  const pair = createECDH('prime256v1');
  const publicKey = pair.generateKeys();
  const auth = randomBytes(16);
  const subscription: PushSubscriptionJson = {
    endpoint,
    expirationTime: null,
    keys: { p256dh: publicKey.toString('base64url'), auth: auth.toString('base64url') },
  };
  return {
    subscription,
    read(body: Buffer): unknown {
      const [salt, recordSize, idLength] = [body.subarray(0, 16), body.readUInt32BE(16), body.readUInt8(20)];
      const senderKey = body.subarray(21, 21 + idLength);
      const record = body.subarray(21 + idLength);
      if (record.length > recordSize) throw new Error('more than one record');
      const info = Buffer.concat([Buffer.from('WebPush: info\0'), publicKey, senderKey]);
      const secret = expand(hmac(auth, pair.computeSecret(senderKey)), info, 32);
      const key = hmac(salt, secret);
      const decipher = createDecipheriv(
        'aes-128-gcm',
        expand(key, 'Content-Encoding: aes128gcm\0', 16),
        expand(key, 'Content-Encoding: nonce\0', 12),
      );
      decipher.setAuthTag(record.subarray(-16));
      const plain = Buffer.concat([decipher.update(record.subarray(0, -16)), decipher.final()]);
      const end = plain.lastIndexOf(2);
      return JSON.parse(plain.subarray(0, end).toString());
    },
  };
}

/** A push service on loopback: it checks who sends (RFC 8292) and keeps what came for each of its browsers. */
export async function startPushService(senderKey: string) {
  const browsers = new Map<string, { read(body: Buffer): unknown; pushed: Pushed[]; status: number }>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const browser = browsers.get(request.url ?? '');
      const signed = isSigned(request.headers.authorization, senderKey, origin());
      const status = signed ? (browser?.status ?? 404) : 403;
      if (status === 201 && browser !== undefined)
        browser.pushed.push({ headers: request.headers, payload: browser.read(Buffer.concat(chunks)) });
      response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = () => {
    const address = server.address();
    return `http://127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}`;
  };
  return {
    /** A new browser of this service. `answer` sets what the service says of it from now on. */
    subscribe(path: string) {
      const { subscription, ...reader } = createPushBrowser(`${origin()}${path}`);
      const browser = { ...reader, pushed: [] as Pushed[], status: 201 };
      browsers.set(path, browser);
      return { subscription, pushed: browser.pushed, answer: (status: number) => void (browser.status = status) };
    },
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

const claimsSchema = v.object({ aud: v.string(), exp: v.number(), sub: v.string() });

/** `vapid t=<JWT>, k=<key>`: ES256 by the key, for this service, not over. */
function isSigned(authorization: string | undefined, senderKey: string, audience: string): boolean {
  const [, token = '', key] = /^vapid t=([^,]+), ?k=(\S+)$/.exec(authorization ?? '') ?? [];
  const [header = '', claims = '', signature = ''] = token.split('.');
  if (key !== senderKey) return false;
  const point = Buffer.from(senderKey, 'base64url');
  const [x, y] = [point.subarray(1, 33).toString('base64url'), point.subarray(33).toString('base64url')];
  const jwk = createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' });
  const told = v.parse(claimsSchema, JSON.parse(Buffer.from(claims, 'base64url').toString()));
  const nowSeconds = systemClock.nowMs() / 1000;
  const isFresh = told.exp > nowSeconds && told.exp <= nowSeconds + 86_400;
  const own = { key: jwk, dsaEncoding: 'ieee-p1363' } as const;
  return (
    isFresh &&
    told.aud === audience &&
    verify('sha256', Buffer.from(`${header}.${claims}`), own, Buffer.from(signature, 'base64url'))
  );
}
