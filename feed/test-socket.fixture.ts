import { once } from 'node:events';
import * as v from 'valibot';
import { WebSocket } from 'ws';

/** The origin of the tests' edge, whose pages may open sockets. */
export const ORIGIN = 'http://shop.test';

/** A socket that keeps what it heard. */
export type TestSocket = {
  socket: WebSocket;
  frames: string[];
  /** Waits for the first message, heard already or not, that has this type. */
  heard(type: string): Promise<Record<string, unknown>>;
  count(type: string): number;
  closed: Promise<number>;
};

/** Opens a socket and starts to listen before the first frame can come. */
export async function openSocket(url: string, origin: string | null = ORIGIN): Promise<TestSocket> {
  const socket = new WebSocket(url, origin === null ? {} : { origin });
  const frames: string[] = [];
  const messages: Record<string, unknown>[] = [];
  socket.on('message', (data: Buffer) => {
    const frame = data.toString('utf8');
    frames.push(frame);
    messages.push(v.parse(v.record(v.string(), v.unknown()), JSON.parse(frame)));
  });
  const closed = new Promise<number>((resolve) => {
    socket.on('close', (code) => resolve(code));
  });
  await once(socket, 'open');
  const heard = async (type: string): Promise<Record<string, unknown>> => {
    for (;;) {
      const found = messages.find((message) => message['type'] === type);
      if (found !== undefined) return found;
      await Promise.race([
        once(socket, 'message'),
        closed.then((code) => Promise.reject(new Error(`closed ${code} before ${type}: ${frames.at(-1)}`))),
      ]);
    }
  };
  return {
    socket,
    frames,
    heard,
    count: (type) => messages.filter((message) => message['type'] === type).length,
    closed,
  };
}
