import * as v from 'valibot';
import { text } from '../../platform/config.ts';

/** Where mail is handed over, and in whose name. */
export type SmtpSettings = {
  host: string;
  port: number;
  /** TLS from the first byte (`smtps:`). */
  isSecure: boolean;
  /** Whether a connection that begins in the clear must be encrypted before anything is said. */
  startTls: 'required' | 'never';
  login: { user: string; pass: string } | null;
};

/** Ports of submission (RFC 6409 and RFC 8314). */
const SUBMISSION_PORT = 587;
const SECURE_SUBMISSION_PORT = 465;

const isAddress = (value: string): boolean => {
  if (!URL.canParse(value)) return false;
  const { protocol, hostname, searchParams } = new URL(value);
  const wish = searchParams.get('starttls');
  return ['smtp:', 'smtps:'].includes(protocol) && hostname !== '' && [null, 'required', 'never'].includes(wish);
};

/** `smtp://user:password@host:587` or `smtps://…`; `?starttls=never` for a relay in the same network. Empty: no mail is sent. */
export const smtpAddress = v.pipe(
  v.optional(v.string(), ''),
  v.check(
    (value) => value === '' || isAddress(value),
    'must be an address with smtp or smtps; starttls is required or never',
  ),
  v.transform((value) => (value === '' ? null : parseAddress(value))),
);

/** One mailbox, as `Box office <tickets@example.org>` or the bare address. */
export const mailFrom = v.optional(
  v.pipe(text, v.regex(/^(?:[^<>\r\n"]{1,100} )?<?[^\s<>@,;"]{1,64}@[^\s<>@,;"]{1,190}>?$/, 'must be one address')),
  'Onsale <tickets@localhost>',
);

function parseAddress(value: string): SmtpSettings {
  const url = new URL(value);
  const isSecure = url.protocol === 'smtps:';
  const host = url.hostname.replaceAll(/^\[|\]$/g, '');
  return {
    host,
    port: Number(url.port) || (isSecure ? SECURE_SUBMISSION_PORT : SUBMISSION_PORT),
    isSecure,
    // What stays on this machine can't be listened to on the way, and has no certificate.
    startTls: isLoopback(host) || url.searchParams.get('starttls') === 'never' ? 'never' : 'required',
    login:
      url.username === '' ? null : { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) },
  };
}

const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || /^127(\.\d+){3}$/.test(host);
