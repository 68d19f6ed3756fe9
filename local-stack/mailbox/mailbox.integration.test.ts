import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMailer } from '../../core/mail/mailer.ts';
import { createMessages } from './messages.ts';
import { startMailbox, type Mailbox } from './start.ts';

let mailbox: Mailbox;
beforeAll(async () => {
  mailbox = await startMailbox();
  const { hostname, port } = new URL(mailbox.smtpUrl);
  const smtp = { host: hostname, port: Number(port), isSecure: false, startTls: 'never', login: null } as const;
  const mailer = createMailer(smtp, 'Onsale <tickets@example.org>');
  for (const to of ['ada@example.org', 'eve@example.org']) {
    await mailer.send({
      to,
      subject: 'Your <b>tickets</b>',
      text: 'Two & more',
      html: '<p>Two</p><script>alert(1)</script>',
      attachments: [{ filename: 'a.ics', contentType: 'text/calendar', content: 'BEGIN:VCALENDAR' }],
    });
  }
  mailer.close();
});
afterAll(() => mailbox.stop());

const listed = v.object({ items: v.array(v.looseObject({ id: v.string() })) });

const get = (path: string): Promise<Response> => fetch(`${mailbox.url}${path}`);

describe('the mailbox', () => {
  it('lists what came as JSON, newest first, and one person’s where asked', async () => {
    const { items } = v.parse(listed, await (await get('/messages.json')).json());
    expect(items).toMatchObject([
      {
        to: ['eve@example.org'],
        subject: 'Your <b>tickets</b>',
        attachments: [{ filename: 'a.ics', contentType: 'text/calendar' }],
      },
      { to: ['ada@example.org'] },
    ]);
    const [ada] = v.parse(listed, await (await get('/messages.json?to=ADA@example.org')).json()).items;
    expect(ada?.id).toBe(items[1]?.id);
    const message: unknown = await (await get(`/messages/${items[0]?.id}/message.json`)).json();
    expect(message).toMatchObject({ text: 'Two & more', to: ['eve@example.org'] });
  });

  it('shows them on a page that escapes what mail says, its HTML in a frame that runs nothing', async () => {
    const list = await get('/');
    expect(await list.text()).toContain('Your &lt;b&gt;tickets&lt;/b&gt;');
    const [message] = mailbox.messages();
    const page = await (await get(`/messages/${message?.id}`)).text();
    expect(page).toContain('Two &amp; more');
    expect(page).not.toContain('<script');
    const framed = await get(`/messages/${message?.id}/message.html`);
    expect(framed.headers.get('content-security-policy')).toContain('sandbox');
    expect(framed.headers.get('content-security-policy')).not.toContain('allow-scripts');
    const file = await get(`/messages/${message?.id}/attachments/0`);
    expect(file.headers.get('content-disposition')).toContain('attachment');
    expect(await file.text()).toBe('BEGIN:VCALENDAR');
    for (const path of ['/messages/none', `/messages/${message?.id}/attachments/7`, '/x'])
      expect((await get(path)).status).toBe(404);
  });

  it('keeps the newest only, by number and by size', () => {
    const [message] = mailbox.messages();
    if (message === undefined) throw new Error('no message');
    const few = createMessages({ most: 2 });
    for (const to of ['a', 'b', 'c']) few.add({ ...message, to: [to] });
    expect(few.list().map(({ to }) => to)).toEqual([['c'], ['b']]);
    const small = createMessages({ mostBytes: message.raw.length });
    for (const to of ['a', 'b']) small.add({ ...message, to: [to] });
    expect(small.list().map(({ to }) => to)).toEqual([['b']]);
  });
});
