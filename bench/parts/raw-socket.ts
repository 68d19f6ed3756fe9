import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { createFrameReader } from './frame-reader.ts';

/** The feed's pings are empty, and so is the answer; masked with zeros. */
const PONG = Buffer.from([0x8a, 0x80, 0, 0, 0, 0]);

/** All sockets read into this one: what is read is used before the next read, and thousands of buffers would cost more than it. */
const BUFFER = Buffer.allocUnsafe(64 * 1024);

/**
 * Opens a WebSocket over a bare TCP socket, says hello with a token, and hands each text frame on; a payload is only good until the
 * callback returns. Rejects when refused.
 */
export function openRawSocket(
  url: string,
  token: string,
  onFrame: (payload: Buffer) => void,
): Promise<{ say(text: string): void; close(): void }> {
  const { hostname, port, pathname } = new URL(url);
  return new Promise((resolve, reject) => {
    let head: Buffer | null = Buffer.alloc(0);
    const onRead = (count: number): boolean => {
      const chunk = BUFFER.subarray(0, count);
      if (head === null) reader.push(chunk, onFrame);
      else shakeHands(Buffer.concat([head, chunk]));
      return true;
    };
    const socket = connect({
      host: hostname,
      port: Number(port),
      noDelay: true,
      onread: { buffer: BUFFER, callback: onRead },
    });
    const reader = createFrameReader(() => void socket.write(PONG));
    const say = (text: string): void => void socket.write(maskedText(text));

    const shakeHands = (bytes: Buffer): void => {
      head = bytes;
      const end = bytes.indexOf('\r\n\r\n');
      if (end === -1) return;
      head = null;
      const status = bytes.subarray(0, 12).toString('latin1');
      if (status !== 'HTTP/1.1 101') return reject(new Error(`the feed answered ${status}`));
      say(JSON.stringify({ type: 'hello', token }));
      resolve({ say, close: () => socket.destroy() });
      if (bytes.length > end + 4) reader.push(bytes.subarray(end + 4), onFrame);
    };
    socket.once('connect', () => socket.write(upgradeRequest(`${hostname}:${port}`, pathname)));
    socket.on('error', (error) => {
      reject(error);
      socket.destroy();
    });
    socket.once('close', () => reject(new Error('the feed closed the socket')));
  });
}

const upgradeRequest = (host: string, path: string): string =>
  `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
  `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\nSec-WebSocket-Version: 13\r\n\r\n`;

/** A client's text frame; clients must mask (RFC 6455 §5.3), and a mask of zeros is one. */
function maskedText(text: string): Buffer {
  const payload = Buffer.from(text);
  if (payload.length < 126) return Buffer.concat([Buffer.from([0x81, 0x80 | payload.length, 0, 0, 0, 0]), payload]);
  const head = Buffer.from([0x81, 0x80 | 126, 0, 0, 0, 0, 0, 0]);
  head.writeUInt16BE(payload.length, 2);
  return Buffer.concat([head, payload]);
}
