import { createTransport } from 'nodemailer';
import type { SmtpSettings } from './smtp-address.ts';

/** A message to one person. Names, subjects and texts may hold anything: none of it can become a header of its own. */
export type Mail = {
  /** One bare address. */
  to: string;
  /** Where it goes, when the person it is shown to is named by another spelling of that mailbox. */
  deliverTo?: string;
  subject: string;
  text: string;
  html: string;
  attachments?: readonly MailAttachment[];
  /** Fields beside the usual ones, such as `Message-ID`. */
  headers?: Readonly<Record<string, string>>;
};

export type MailAttachment = { filename: string; contentType: string; content: Uint8Array | string };

/**
 * How it went. `refused`: the relay takes this message from nobody, ever (a 5xx), or the address is none; `failed`: try later.
 * `code` is for logs and dead letters: it holds neither address nor text.
 */
export type MailOutcome = { kind: 'sent' } | { kind: 'refused'; code: string } | { kind: 'failed'; code: string };

export type Mailer = {
  /** Hands a message to the relay; resolves once the relay answered for it, or nothing more is to be expected. Rejects never. */
  send(mail: Mail): Promise<MailOutcome>;
  close(): void;
};

/** How long connecting, a greeting and any silence may last, and a message in all, ms. */
const WAITS = { connectionTimeout: 5000, greetingTimeout: 5000, socketTimeout: 10_000, dnsTimeout: 5000 } as const;
const SEND_TIMEOUT_MS = 20_000;
/** Connections to the relay, and messages over one before it is replaced: relays cut off what stays for ever. */
const POOL = { maxConnections: 4, maxMessages: 100 } as const;
/** One address without comment, list or quoting: what a parser could take for two never reaches one. */
const ONE_ADDRESS = /^[^\s<>()[\]\\,;:"@]{1,64}@[^\s<>()[\]\\,;:"@]{1,190}$/u;

/** Sends over SMTP in the name of `from`, a few messages at a time. */
export function createMailer(smtp: SmtpSettings, from: string): Mailer {
  const transport = createTransport({
    pool: true,
    ...POOL,
    ...WAITS,
    // A message whose connection broke may have been taken: whoever sends it again must know.
    maxRequeues: 0,
    host: smtp.host,
    port: smtp.port,
    secure: smtp.isSecure,
    requireTLS: !smtp.isSecure && smtp.startTls === 'required',
    ignoreTLS: !smtp.isSecure && smtp.startTls === 'never',
    ...(smtp.login === null ? {} : { auth: smtp.login }),
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send({ to, deliverTo = to, subject, text, html, attachments = [], headers = {} }) {
      if (!ONE_ADDRESS.test(to) || !ONE_ADDRESS.test(deliverTo)) return { kind: 'refused', code: 'address_invalid' };
      const { 'Message-ID': messageId, ...others } = headers;
      try {
        await transport.sendMail({
          from,
          to: { name: '', address: to },
          envelope: { from, to: deliverTo },
          subject,
          text,
          html,
          headers: others,
          ...(messageId === undefined ? {} : { messageId }),
          attachments: attachments.map(({ content, ...attachment }) => ({
            ...attachment,
            content: typeof content === 'string' ? content : Buffer.from(content),
          })),
          signal: AbortSignal.timeout(SEND_TIMEOUT_MS),
        });
        return { kind: 'sent' };
      } catch (error) {
        return toOutcome(error);
      }
    },
    close: () => transport.close(),
  };
}

/** Stands where no relay is configured: nothing is sent, and whoever asks is told. */
export const NO_MAILER: Mailer = {
  send: async () => ({ kind: 'failed', code: 'mail_not_configured' }),
  close: () => {},
};

/** A relay's words hold addresses: of its refusal only the number is kept, of other failures their code. */
function toOutcome(error: unknown): MailOutcome {
  const told = error instanceof Error ? error : new Error('unknown');
  if ('responseCode' in told && typeof told.responseCode === 'number') {
    const isForGood = 'permanent' in told && told.permanent === true && !('code' in told && told.code === 'EAUTH');
    return { kind: isForGood ? 'refused' : 'failed', code: `smtp_${told.responseCode}` };
  }
  const code = 'code' in told && typeof told.code === 'string' ? told.code : told.name;
  return { kind: 'failed', code: `smtp_${code.toLowerCase()}` };
}
