/**
 * A server's text frame as it goes over the wire (RFC 6455 §5.2: FIN and opcode 1, unmasked), in one buffer that serves any number
 * of sockets: ws would make a head and a second write for each of them, which is most of what a tick costs.
 */
export function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const headBytes = headBytesFor(length);
  const frame = Buffer.allocUnsafeSlow(headBytes + length);
  frame.writeUInt8(0x81, 0);
  if (headBytes === 2) frame.writeUInt8(length, 1);
  else if (headBytes === 4) {
    frame.writeUInt8(126, 1);
    frame.writeUInt16BE(length, 2);
  } else {
    frame.writeUInt8(127, 1);
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  frame.write(text, headBytes);
  return frame;
}

/** The three forms of a length: in the second byte, in two more, in eight more. */
function headBytesFor(length: number): 2 | 4 | 10 {
  if (length < 126) return 2;
  return length < 65_536 ? 4 : 10;
}
