import type { ParsedMail } from 'mailparser';
import { newId } from '../../platform/id.ts';

/** A message as it came, and as a person's client reads it. */
export type Message = {
  id: string;
  /** Of the envelope: to whom it was really delivered. */
  to: readonly string[];
  receivedAtMs: number;
  raw: Buffer;
  parsed: ParsedMail;
};

/** How many are kept, and how many bytes of them: older ones go first. */
const MOST = 1000;
const MOST_BYTES = 128 * 1024 * 1024;

export type Messages = ReturnType<typeof createMessages>;

/** Keeps the newest messages in memory. */
export function createMessages({ most = MOST, mostBytes = MOST_BYTES } = {}) {
  const kept: Message[] = [];
  let bytes = 0;
  return {
    add(message: Omit<Message, 'id'>): void {
      kept.unshift({ id: newId(), ...message });
      bytes += message.raw.length;
      while (kept.length > most || (bytes > mostBytes && kept.length > 1)) bytes -= kept.pop()?.raw.length ?? 0;
    },
    /** Newest first. */
    list: (): readonly Message[] => kept,
    find: (id: string): Message | undefined => kept.find((message) => message.id === id),
    clear(): void {
      kept.length = 0;
      bytes = 0;
    },
  };
}
