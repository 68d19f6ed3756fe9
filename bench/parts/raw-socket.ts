import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createFrameReader } from './frame-reader.ts';

/** The feed's pings are empty, and so is the answer; masked with zeros. */
const PONG = Buffer.from([0x8a, 0x80, 0, 0, 0, 0]);

/** Opens a WebSocket over a bare TCP socket, says hello with a token, and hands each text frame on. Rejects when refused. */
export async function openRawSocket(
  url: string,
  token: string,
  onFrame: (payload: Buffer) => void,
): Promise<{ say(text: string): void; close(): void }> {
  const { hostname, port, pathname } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  await once(socket, 'connect');
  const key = randomBytes(16).toString('base64');
  socket.write(
    `GET ${pathname} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
      `Sec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\n\r\n`,
  );
  const reader = createFrameReader(() => void socket.write(PONG));
  await upgraded(socket, (rest) => reader.push(rest, onFrame));
  socket.on('data', (chunk: Buffer) => reader.push(chunk, onFrame));
  socket.on('error', () => socket.destroy());
  const say = (text: string): void => void socket.write(maskedText(text));
  say(JSON.stringify({ type: 'hello', token }));
  return { say, close: () => socket.destroy() };
}

/** Waits for the end of the handshake; what came with it goes to `onRest`. */
function upgraded(socket: Socket, onRest: (rest: Buffer) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    let head = Buffer.alloc(0);
    const read = (chunk: Buffer): void => {
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf('\r\n\r\n');
      if (end === -1) return;
      socket.off('data', read);
      const status = head.subarray(0, 12).toString('latin1');
      if (status !== 'HTTP/1.1 101') return reject(new Error(`the feed answered ${status}`));
      if (head.length > end + 4) onRest(head.subarray(end + 4));
      resolve();
    };
    socket.on('data', read);
    socket.once('close', () => reject(new Error('the feed closed the socket')));
    socket.once('error', reject);
  });
}

/** A client's text frame; clients must mask (RFC 6455 §5.3), and a mask of zeros is one. */
function maskedText(text: string): Buffer {
  const payload = Buffer.from(text);
  if (payload.length < 126) return Buffer.concat([Buffer.from([0x81, 0x80 | payload.length, 0, 0, 0, 0]), payload]);
  const head = Buffer.from([0x81, 0x80 | 126, 0, 0, 0, 0, 0, 0]);
  head.writeUInt16BE(payload.length, 2);
  return Buffer.concat([head, payload]);
}
