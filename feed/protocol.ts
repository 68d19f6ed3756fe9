import type { RawData } from 'ws';
import * as v from 'valibot';
import { roomClientMessageSchema, type RoomClientMessage } from '../contracts/feed-messages.ts';

/** A client frame, or the code of its refusal. */
export type ParsedFrame =
  | { ok: true; message: RoomClientMessage }
  | { ok: false; code: 'malformed_json' | 'invalid_request' };

/** Reads one client frame. Binary frames and unknown fields are refused like any other mistake. */
export function parseFrame(data: RawData, isBinary: boolean): ParsedFrame {
  if (isBinary) return { ok: false, code: 'malformed_json' };
  let value: unknown;
  try {
    value = JSON.parse(textOf(data));
  } catch {
    return { ok: false, code: 'malformed_json' };
  }
  const result = v.safeParse(roomClientMessageSchema, value);
  return result.success ? { ok: true, message: result.output } : { ok: false, code: 'invalid_request' };
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return Buffer.isBuffer(data) ? data.toString('utf8') : Buffer.from(data).toString('utf8');
}
