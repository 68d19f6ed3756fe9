import { connect } from 'node:net';
import * as v from 'valibot';
import { servePart } from './serve-part.ts';

const questionSchema = v.object({
  url: v.string(),
  requests: v.number(),
  connections: v.number(),
  method: v.picklist(['GET', 'POST']),
  headers: v.optional(v.record(v.string(), v.string()), {}),
  status: v.number(),
  bodyBytes: v.number(),
});
type Question = v.InferOutput<typeof questionSchema>;

/** All sockets read into this one: what is read is counted before the next read, and a buffer for each read would cost more than the rest. */
const BUFFER = Buffer.allocUnsafe(256 * 1024);
const HEAD_END = '\r\n\r\n';

/**
 * Looks over HTTP from a process of its own, one request after the other on each connection. It shares the machine with what it
 * measures, so it does no more than it must: it reads each answer's status and length, and counts its bytes. An answer of
 * another status or another length than the expected is refused; one that it can't frame, and a connection that ends, breaks the run.
 */
await servePart(v.object({}), async () => ({
  ready: {},
  answer: (question) => look(v.parse(questionSchema, question)),
}));

async function look(question: Question): Promise<object> {
  const run = { left: question.requests, ok: 0, refused: 0, tookMs: [] as number[] };
  const beganMs = performance.now();
  await Promise.all(Array.from({ length: question.connections }, () => ask(question, run)));
  const seconds = (performance.now() - beganMs) / 1000;
  const sorted = run.tookMs.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
  return { perSecond: run.ok / seconds, p50Ms: at(0.5), p99Ms: at(0.99), ok: run.ok, refused: run.refused, errors: 0 };
}

type Run = { left: number; ok: number; refused: number; tookMs: number[] };

/** Asks on one connection as long as there is something left to ask. */
function ask(question: Question, run: Run): Promise<void> {
  const { hostname, port } = new URL(question.url);
  const request = toRequest(question);
  return new Promise((done, failed) => {
    let [askedMs, missing] = [0, 0];
    let isExpected = false;
    const next = (): void => {
      if (run.left === 0) return done(void socket.destroy());
      run.left -= 1;
      askedMs = performance.now();
      socket.write(request);
    };
    const answered = (): void => {
      run.tookMs.push(performance.now() - askedMs);
      if (isExpected) run.ok += 1;
      else run.refused += 1;
      next();
    };
    const read = (count: number): boolean => {
      if (missing > 0) missing -= count;
      else {
        const head = readHead(BUFFER.subarray(0, count));
        if (head === null) return fail(new Error('an answer without a whole head in its first bytes'));
        isExpected = head.status === question.status && head.bodyBytes === question.bodyBytes;
        missing = head.bytes + head.bodyBytes - count;
      }
      if (missing < 0) return fail(new Error('an answer longer than it says'));
      if (missing === 0) answered();
      return true;
    };
    const fail = (error: Error): boolean => {
      failed(error);
      socket.destroy();
      return false;
    };
    const socket = connect({
      host: hostname,
      port: Number(port),
      noDelay: true,
      onread: { buffer: BUFFER, callback: read },
    });
    socket.once('connect', next);
    socket.on('error', failed);
    socket.on('close', () => failed(new Error(`${question.url} closed the connection`)));
  });
}

function toRequest({ url, method, headers }: Question): Buffer {
  const { pathname, search } = new URL(url);
  const all = {
    host: 'bench',
    accept: 'application/json',
    ...(method === 'GET' ? {} : { 'content-length': '0' }),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`${method} ${pathname}${search} HTTP/1.1\r\n${lines.join('')}\r\n`);
}

/** Null while the head is not whole, or has no length though its status has a body. */
function readHead(bytes: Buffer): { status: number; bytes: number; bodyBytes: number } | null {
  const end = bytes.indexOf(HEAD_END);
  if (end === -1) return null;
  const head = bytes.toString('latin1', 0, end);
  const status = Number(head.slice(9, 12));
  const length = status === 304 ? '0' : /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
  return length === undefined ? null : { status, bytes: end + HEAD_END.length, bodyBytes: Number(length) };
}
