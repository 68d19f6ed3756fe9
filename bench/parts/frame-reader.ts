/** Text frames of one server socket (RFC 6455 §5.2): whole payloads in order, however the bytes were cut on the way. */
export type FrameReader = {
  /** Takes what came; calls back with each text's payload. */
  push(chunk: Buffer, onFrame: (payload: Buffer) => void): void;
};

/**
 * A reader for load clients: a library's would cost the client more than the server that is measured. It knows what a server may
 * send: unmasked, unfragmented frames. A ping (opcode 9) is told to `onPing`; whatever else is no text is skipped.
 */
export function createFrameReader(onPing: () => void): FrameReader {
  let rest: Buffer | null = null;
  return {
    push(chunk, onFrame) {
      let data = rest === null ? chunk : Buffer.concat([rest, chunk]);
      rest = null;
      for (;;) {
        const head = headOf(data);
        if (head === null || data.length < head.bytes + head.length) break;
        const payload = data.subarray(head.bytes, head.bytes + head.length);
        if (head.opcode === 1) onFrame(payload);
        else if (head.opcode === 9) onPing();
        data = data.subarray(head.bytes + head.length);
      }
      if (data.length > 0) rest = Buffer.from(data);
    },
  };
}

function headOf(data: Buffer): { opcode: number; bytes: number; length: number } | null {
  if (data.length < 2) return null;
  const opcode = data.readUInt8(0) & 15;
  const short = data.readUInt8(1) & 127;
  if (short < 126) return { opcode, bytes: 2, length: short };
  if (short === 126) return data.length < 4 ? null : { opcode, bytes: 4, length: data.readUInt16BE(2) };
  return data.length < 10 ? null : { opcode, bytes: 10, length: Number(data.readBigUInt64BE(2)) };
}
