import { randomInt } from 'node:crypto';
import { connect, createServer } from 'node:net';
import { tryExclusive } from './exclusive.ts';

const CONNECT_TIMEOUT_MS = 1_000;

/**
 * A TCP port of 127.0.0.1 that nobody listened on a moment ago. Another process may take it before the caller does,
 * so whoever starts a server on it must be ready to ask again.
 */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.unref();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

/** Below the range from which the kernel takes the ports of outgoing connections, on Linux as on macOS. */
const SERVICE_PORTS = { first: 20_000, count: 10_000 };
const PORT_TRIES = 100;

/**
 * A free port that nobody else of us will take: for parts that must know each other's address before they listen. No
 * outgoing connection is given such a port, and it is claimed against other stacks until this process ends.
 */
export async function reservePort(): Promise<number> {
  for (let attempt = 0; attempt < PORT_TRIES; attempt += 1) {
    const port = SERVICE_PORTS.first + randomInt(SERVICE_PORTS.count);
    if (await claimPort(port)) return port;
  }
  return freePort();
}

/** Claims a port against other stacks of this machine until this process ends; false when it is taken or claimed. */
export async function claimPort(port: number): Promise<boolean> {
  return (await portIsFree(port)) && (await tryExclusive(`port:${port}`)) !== undefined;
}

/** Whether a server could listen on this port of 127.0.0.1 now. */
export function portIsFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** Whether somebody accepts connections on this port of 127.0.0.1. */
export function portAnswers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: CONNECT_TIMEOUT_MS });
    const answer = (open: boolean): void => {
      socket.destroy();
      resolve(open);
    };
    socket.once('connect', () => answer(true));
    socket.once('error', () => answer(false));
    socket.once('timeout', () => answer(false));
  });
}
