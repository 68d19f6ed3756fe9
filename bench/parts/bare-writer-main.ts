import { createServer, type Socket } from 'node:net';
import * as v from 'valibot';
import { portOf, servePart } from './serve-part.ts';

const questionSchema = v.variant('ask', [
  v.object({ ask: v.literal('write'), text: v.string() }),
  v.object({ ask: v.literal('cpu') }),
]);

/**
 * The least a feed could do: sockets that were told "101" unread, and the same frame written to each of them in a loop. What it
 * takes is Node's and the kernel's price of so many writes, and the yardstick of the feed.
 */
await servePart(v.object({}), async () => {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    socket.once('data', () => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n');
      sockets.add(socket);
    });
    socket.resume();
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', 1024, resolve));
  return {
    ready: { url: `ws://127.0.0.1:${portOf(server.address())}/rooms/bare` },
    answer(asked) {
      const wanted = v.parse(questionSchema, asked);
      if (wanted.ask === 'cpu') return process.cpuUsage().user + process.cpuUsage().system;
      const frame = longTextFrame(wanted.text);
      const began = performance.now();
      for (const socket of sockets) socket.write(frame);
      return performance.now() - began;
    },
  };
});

/** A server's text frame of 126 to 65,535 bytes (RFC 6455 §5.2). */
function longTextFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  const head = Buffer.from([0x81, 126, 0, 0]);
  head.writeUInt16BE(payload.length, 2);
  return Buffer.concat([head, payload]);
}
