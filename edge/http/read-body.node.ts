import type { IncomingMessage } from 'node:http';

/**
 * The body of a Node request, read without making a web stream of it, which costs more than the rest of a join. As `readBody` of
 * the ports: null when there is none, `too_large` as soon as that is known. Rejects when the sender goes away in the middle.
 */
export async function readNodeBody(
  incoming: IncomingMessage,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer> | null | 'too_large'> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    incoming.on('data', (chunk: Buffer) => {
      size += chunk.byteLength;
      if (size <= maxBytes) return chunks.push(chunk);
      chunks.length = 0;
      incoming.pause();
      return resolve('too_large');
    });
    incoming.once('end', () => resolve(size === 0 ? null : new Uint8Array(Buffer.concat(chunks, size))));
    incoming.once('error', reject);
  });
}
