import { connect } from 'node:net';

/** What came back: the status and the whole body. */
export type LineAnswer = { status: number; body: string };

/** One connection on which requests go one after the other. */
export type HttpLine = {
  /** Sends a whole request as bytes and resolves to its answer. Rejects when the connection ends, or the answer has no length. */
  send(request: string): Promise<LineAnswer>;
  close(): void;
};

/**
 * Opens a keep-alive connection. A load process must be cheap: with a client for every need it would take as much of the machine as
 * what is measured. So this one knows exactly what the servers of the benches answer, and refuses the rest.
 */
export function openHttpLine(url: string): Promise<HttpLine> {
  const { hostname, port } = new URL(url);
  return new Promise((opened, refused) => {
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    let waiting: { resolve: (answer: LineAnswer) => void; reject: (error: Error) => void } | null = null;
    let text = '';
    socket.setEncoding('latin1');
    socket.on('data', (chunk) => {
      text += String(chunk);
      try {
        const answer = readAnswer(text);
        if (answer === null) return;
        text = '';
        waiting?.resolve(answer);
      } catch (error) {
        waiting?.reject(error instanceof Error ? error : new Error(String(error)));
      }
    });
    const end = (error: Error) => {
      refused(error);
      waiting?.reject(error);
    };
    socket.on('error', end);
    socket.on('close', () => end(new Error(`${url} closed the connection`)));
    const send = (request: string): Promise<LineAnswer> =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject };
        if (socket.destroyed) reject(new Error(`${url} is gone`));
        else socket.write(request, 'latin1');
      });
    socket.once('connect', () => opened({ send, close: () => socket.destroy() }));
  });
}

/** A POST of JSON as the bytes of HTTP/1.1. */
export function postRequest(path: string, headers: Readonly<Record<string, string>>, body: string): string {
  let head = `POST ${path} HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n`;
  for (const [name, value] of Object.entries(headers)) head += `${name}: ${value}\r\n`;
  return `${head}\r\n${body}`;
}

/** The bytes of a GET. */
export const getRequest = (path: string): string => `GET ${path} HTTP/1.1\r\nhost: bench\r\n\r\n`;

/** The answer once it is whole, else null. One in chunks is a redirect, whose body is empty. */
function readAnswer(text: string): LineAnswer | null {
  const end = text.indexOf('\r\n\r\n');
  if (end === -1) return null;
  const [status, head, body] = [Number(text.slice(9, 12)), text.slice(0, end), text.slice(end + 4)];
  if (status === 303 && /\r\ntransfer-encoding: chunked/i.test(head))
    return body === '0\r\n\r\n' ? { status, body: '' } : null;
  const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
  if (length === undefined && status !== 204) throw new Error(`an answer ${status} without a length`);
  return body.length < Number(length ?? 0) ? null : { status, body };
}
