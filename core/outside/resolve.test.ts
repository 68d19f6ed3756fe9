import { createSocket, type Socket } from 'node:dgram';
import { lookup } from 'node:dns';
import { afterEach, expect, it } from 'vitest';
import { createResolve } from './resolve.ts';

const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.close();
});

/** A name server; `answer` makes of a question (RFC 1035 §4.1) what it says, or null for nothing. */
async function nameServer(answer: (question: Buffer) => Buffer | null): Promise<string> {
  const socket = createSocket('udp4', (question, from) => {
    const said = answer(question);
    if (said !== null) socket.send(said, from.port, from.address);
  });
  sockets.push(socket);
  await new Promise<void>((resolve) => {
    socket.bind(0, '127.0.0.1', resolve);
  });
  return `127.0.0.1:${socket.address().port}`;
}

/** One address for whoever asks for IPv4 (type 1), none for IPv6. */
function answerV4(question: Buffer): Buffer {
  const end = question.indexOf(0, 12) + 5;
  const isV4 = question.readUInt16BE(end - 4) === 1;
  const head = Buffer.from(question.subarray(0, 12));
  head.writeUInt16BE(0x81_80, 2);
  head.writeUInt16BE(isV4 ? 1 : 0, 6);
  head.writeUInt32BE(0, 8);
  const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 93, 184, 216, 34]);
  return Buffer.concat([head, question.subarray(12, end), ...(isV4 ? [record] : [])]);
}

const systemLookUps = () => process.getActiveResourcesInfo().filter((name) => name === 'GetAddrInfoReqWrap').length;

it('finds the addresses of a name', async () => {
  const resolve = createResolve(1000, [await nameServer(answerV4)]);
  expect(await resolve('hooks.example.org')).toEqual({
    kind: 'found',
    addresses: [{ address: '93.184.216.34', family: 4 }],
  });
});

it('gives name servers that say nothing up by its time, and takes none of the system’s look-ups meanwhile', async () => {
  const resolve = createResolve(300, [await nameServer(() => null)]);
  const asked = Array.from({ length: 64 }, (_, n) => resolve(`silent-${n}.example.org`));
  expect(systemLookUps()).toBe(0);
  for (const told of await Promise.all(asked))
    expect(told).toMatchObject({ kind: 'failed', error: { code: 'ETIMEOUT' } });
});

it('would take them by the system’s look-up: the control', async () => {
  const found = new Promise((done) => {
    lookup('localhost', done);
  });
  expect(systemLookUps()).toBe(1);
  await found;
});
