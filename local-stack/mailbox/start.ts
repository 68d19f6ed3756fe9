import { serve } from '@hono/node-server';
import { simpleParser } from 'mailparser';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { systemClock, type Clock } from '../../platform/clock.ts';
import { createMailboxApp } from './app.ts';
import { createMessages, type Message } from './messages.ts';

/** A local mail server that keeps what it is sent and passes nothing on. */
export type Mailbox = {
  /** Its page, and its JSON. */
  url: string;
  smtpUrl: string;
  /** What is kept, newest first. */
  messages(): readonly Message[];
  stop(): Promise<void>;
};

export type MailboxOptions = {
  host?: string;
  port?: number;
  smtpPort?: number;
  clock?: Clock;
  /** What the server says to a recipient instead of taking the message: an SMTP number, or nothing. */
  refuse?: (address: string) => number | null;
};

/** Larger than any message that core sends. */
const MAX_MESSAGE_BYTES = 8 * 1024 * 1024;
/** A sender that is silent for longer is gone, ms; and how long one may end its message when the server stops. */
const SOCKET_TIMEOUT_MS = 60_000;
const CLOSE_TIMEOUT_MS = 500;

/** Starts the SMTP server and its page. Both listen on `host`, free ports unless named. */
export async function startMailbox(options: MailboxOptions = {}): Promise<Mailbox> {
  const { host = '127.0.0.1', port = 0, smtpPort = 0, clock = systemClock, refuse = () => null } = options;
  const messages = createMessages();
  const smtp = new SMTPServer({
    disabledCommands: ['STARTTLS', 'AUTH'],
    authOptional: true,
    disableReverseLookup: true,
    logger: false,
    size: MAX_MESSAGE_BYTES,
    socketTimeout: SOCKET_TIMEOUT_MS,
    closeTimeout: CLOSE_TIMEOUT_MS,
    onRcptTo({ address }, _session, done) {
      const code = refuse(address);
      done(code === null ? null : Object.assign(new Error('not here'), { responseCode: code }));
    },
    onData(stream, { envelope }, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        if (stream.sizeExceeded) return done(Object.assign(new Error('too large'), { responseCode: 552 }));
        const raw = Buffer.concat(chunks);
        const to = envelope.rcptTo.map(({ address }) => address);
        simpleParser(raw, { skipImageLinks: true }, (error, parsed) => {
          if (error !== null) return done(Object.assign(new Error('unreadable'), { responseCode: 554 }));
          messages.add({ raw, to, parsed, receivedAtMs: clock.nowMs() });
          done(null);
        });
      });
    },
  });
  // A sender that goes away in mid-sentence is its own affair.
  smtp.on('error', () => {});
  const smtpUrl = await new Promise<string>((resolve, reject) => {
    smtp.once('error', reject);
    const listening = smtp.listen(smtpPort, host, () => resolve(`smtp://${host}:${portOf(listening.address())}`));
  });
  const app = createMailboxApp(messages);
  const { server, url } = await new Promise<{ server: ReturnType<typeof serve>; url: string }>((resolve, reject) => {
    const starting = serve({ fetch: app.fetch, hostname: host, port }, (bound) =>
      resolve({ server: starting, url: `http://${host}:${bound.port}` }),
    );
    starting.once('error', reject);
  });
  return {
    url,
    smtpUrl,
    messages: () => messages.list(),
    async stop() {
      await new Promise((resolve) => {
        server.close(resolve);
        if ('closeAllConnections' in server) server.closeAllConnections();
      });
      await new Promise<void>((resolve) => smtp.close(() => resolve()));
    },
  };
}

const portOf = (address: AddressInfo | string | null): number =>
  typeof address === 'object' && address !== null ? address.port : 0;
