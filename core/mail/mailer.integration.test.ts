import { createServer, type Server } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import * as v from 'valibot';
import { startMailbox, type Mailbox } from '../../local-stack/mailbox/start.ts';
import { createMailer, NO_MAILER, type Mail, type Mailer } from './mailer.ts';
import { smtpAddress } from './smtp-address.ts';

const MAIL: Mail = { to: 'ada@example.org', subject: 'Your tickets', text: 'Two seats', html: '<p>Two seats</p>' };
const refusals = new Map([
  ['nobody@example.org', 550],
  ['later@example.org', 451],
]);
let mailbox: Mailbox;
const mailers: Mailer[] = [];

const mailerAt = (url: string): Mailer => {
  const smtp = v.parse(smtpAddress, url);
  if (smtp === null) throw new Error('no address');
  const mailer = createMailer(smtp, 'Box office <tickets@example.org>');
  mailers.push(mailer);
  return mailer;
};

beforeAll(async () => {
  mailbox = await startMailbox({ refuse: (address) => refusals.get(address) ?? null });
});
afterEach(() => {
  for (const mailer of mailers.splice(0)) mailer.close();
});
afterAll(() => mailbox.stop());

describe('mail', () => {
  it('arrives whole: names of any script, text beside HTML, attachments, its own Message-ID', async () => {
    const subject = 'तत्काल 12951 — Zoë’s Plätze 🎟';
    const headers = { 'Message-ID': '<one@example.org>', 'Auto-Submitted': 'auto-generated' };
    const attachments = [
      { filename: 'Plätze.pdf', contentType: 'application/pdf', content: new Uint8Array([37, 80, 68, 70]) },
    ];
    expect(await mailerAt(mailbox.smtpUrl).send({ ...MAIL, subject, headers, attachments })).toEqual({ kind: 'sent' });
    const [message] = mailbox.messages();
    expect(message?.to).toEqual(['ada@example.org']);
    expect(message?.parsed).toMatchObject({ subject, messageId: '<one@example.org>', html: MAIL.html });
    expect(message?.parsed.text?.trim()).toBe(MAIL.text);
    expect(message?.parsed.from?.value).toEqual([{ name: 'Box office', address: 'tickets@example.org' }]);
    expect(message?.parsed.headers.get('auto-submitted')).toBe('auto-generated');
    expect(message?.parsed.attachments).toMatchObject([
      { filename: 'Plätze.pdf', contentType: 'application/pdf', size: 4 },
    ]);
  });

  it('is delivered to the spelling that is named for it, and shows the other', async () => {
    const spelled = { ...MAIL, to: 'Ada+Shop@Example.org', deliverTo: 'ada@example.org' };
    expect(await mailerAt(mailbox.smtpUrl).send(spelled)).toEqual({ kind: 'sent' });
    const [message] = mailbox.messages();
    expect(message?.to).toEqual(['ada@example.org']);
    expect(message?.parsed.headerLines.find(({ key }) => key === 'to')?.line).toBe('To: Ada+Shop@example.org');
  });

  it('keeps line breaks in subjects and headers from becoming headers', async () => {
    const subject = 'Hello\r\nBcc: victim@example.org\r\n\r\nBody';
    const headers = { 'X-Event': 'a\r\nX-Injected: yes' };
    expect(await mailerAt(mailbox.smtpUrl).send({ ...MAIL, subject, headers })).toEqual({ kind: 'sent' });
    const [message] = mailbox.messages();
    expect(message?.to).toEqual(['ada@example.org']);
    expect(message?.parsed.headers.has('bcc')).toBe(false);
    expect(message?.parsed.headers.has('x-injected')).toBe(false);
    expect(message?.parsed.text?.trim()).toBe(MAIL.text);
  });

  it.each([
    ['two addresses', 'ada@example.org, eve@example.org'],
    ['a name beside it', 'Eve <eve@example.org>'],
    ['a line break', 'ada@example.org\r\nRCPT TO:<eve@example.org>'],
    ['no host', 'ada'],
    ['a group', 'all:ada@example.org;'],
  ])('refuses an address that is %s', async (_title, to) => {
    const before = mailbox.messages().length;
    expect(await mailerAt(mailbox.smtpUrl).send({ ...MAIL, to })).toEqual({ kind: 'refused', code: 'address_invalid' });
    expect(mailbox.messages()).toHaveLength(before);
  });

  it('tells a refusal for good from one for now, and neither names the address', async () => {
    const mailer = mailerAt(mailbox.smtpUrl);
    expect(await mailer.send({ ...MAIL, to: 'nobody@example.org' })).toEqual({ kind: 'refused', code: 'smtp_550' });
    expect(await mailer.send({ ...MAIL, to: 'later@example.org' })).toEqual({ kind: 'failed', code: 'smtp_451' });
    expect(await mailer.send(MAIL)).toEqual({ kind: 'sent' });
  });

  it('fails for now when nobody listens, and when nothing is configured', async () => {
    expect(await mailerAt('smtp://127.0.0.1:1').send(MAIL)).toEqual({ kind: 'failed', code: 'smtp_esocket' });
    expect(await NO_MAILER.send(MAIL)).toEqual({ kind: 'failed', code: 'mail_not_configured' });
  });

  it('does not send a message again by itself when the connection breaks after it', async () => {
    let sessions = 0;
    const server = createServer((socket) => {
      sessions += 1;
      socket.write('220 relay\r\n');
      socket.on('error', () => {});
      socket.on('data', (chunk) => {
        const said = chunk.toString();
        if (said.startsWith('EHLO')) socket.write('250 relay\r\n');
        else if (/^(MAIL|RCPT)/.test(said)) socket.write('250 ok\r\n');
        else if (said.startsWith('DATA')) socket.write('354 go on\r\n');
        else if (said.endsWith('\r\n.\r\n')) socket.destroy();
      });
    });
    const port = await listen(server);
    expect(await mailerAt(`smtp://127.0.0.1:${port}`).send(MAIL)).toMatchObject({ kind: 'failed' });
    expect(sessions).toBe(1);
    server.close();
  });
});

describe('the address of the relay', () => {
  const parse = (value: string | undefined) => v.safeParse(smtpAddress, value);

  it('is nothing, or a host with the ports of submission, a login and how it is encrypted', () => {
    expect(parse(undefined).output).toBeNull();
    expect(parse('').output).toBeNull();
    expect(parse('smtp://me%40x:p%2Fw@relay.example.org').output).toEqual({
      host: 'relay.example.org',
      port: 587,
      isSecure: false,
      startTls: 'required',
      login: { user: 'me@x', pass: 'p/w' },
    });
    expect(parse('smtps://relay.example.org').output).toMatchObject({ port: 465, isSecure: true, login: null });
    expect(parse('smtp://relay:25?starttls=never').output).toMatchObject({ port: 25, startTls: 'never' });
  });

  it.each(['http://relay', 'smtp://', 'relay.example.org', 'smtp://relay?starttls=maybe'])('is never %s', (value) => {
    expect(parse(value).success).toBe(false);
  });
});

const listen = (server: Server): Promise<number> =>
  new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' ? (address?.port ?? 0) : 0);
    });
  });
