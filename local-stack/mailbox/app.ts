import { Hono, type Context } from 'hono';
import { isoTime } from '../../platform/clock.ts';
import type { Message, Messages } from './messages.ts';
import { MAIL_HEADERS, PAGE_HEADERS, renderList, renderMessage } from './page.ts';

/** The mailbox over HTTP: a page for people, `/messages.json` for tests; `DELETE /messages.json` empties it. */
export function createMailboxApp(messages: Messages): Hono {
  const app = new Hono();
  app.notFound((c) => c.text('There is nothing here.\n', 404));
  app.get('/healthz', (c) => c.json({ ok: true }));
  app.get('/', (c) =>
    c.html(renderList(filtered(messages, c.req.query('to')), c.req.query('to') ?? ''), 200, PAGE_HEADERS),
  );
  app.get('/messages.json', (c) =>
    c.json({ items: filtered(messages, c.req.query('to')).map(summaryOf) }, 200, { 'cache-control': 'no-store' }),
  );
  app.delete('/messages.json', (c) => {
    messages.clear();
    return c.body(null, 204);
  });
  app.get('/messages/:id', (c) =>
    withMessage(c, messages, (message) => c.html(renderMessage(message), 200, PAGE_HEADERS)),
  );
  app.get('/messages/:id/message.json', (c) => withMessage(c, messages, (message) => c.json(detailsOf(message))));
  app.get('/messages/:id/message.html', (c) =>
    withMessage(c, messages, ({ parsed }) =>
      // Links of a message open beside it: the frame that shows it may go nowhere.
      c.html(`<base target="_blank">${typeof parsed.html === 'string' ? parsed.html : ''}`, 200, MAIL_HEADERS),
    ),
  );
  app.get('/messages/:id/message.eml', (c) =>
    withMessage(c, messages, ({ raw }) => file(raw, 'message/rfc822', 'message.eml')),
  );
  app.get('/messages/:id/attachments/:number', (c) =>
    withMessage(c, messages, ({ parsed }) => {
      const attachment = parsed.attachments[Number(c.req.param('number'))];
      if (attachment === undefined) return c.notFound();
      return file(attachment.content, attachment.contentType, attachment.filename ?? 'attachment');
    }),
  );
  return app;
}

const filtered = (messages: Messages, to: string | undefined): readonly Message[] =>
  to === undefined || to === ''
    ? messages.list()
    : messages.list().filter((message) => message.to.some((address) => address.toLowerCase() === to.toLowerCase()));

const withMessage = <R>(c: Context, messages: Messages, answer: (message: Message) => R) => {
  const message = messages.find(c.req.param('id') ?? '');
  return message === undefined ? c.notFound() : answer(message);
};

const summaryOf = ({ id, to, receivedAtMs, parsed }: Message) => ({
  id,
  to,
  from: parsed.from?.text ?? '',
  subject: parsed.subject ?? '',
  messageId: parsed.messageId ?? '',
  receivedAt: isoTime(receivedAtMs),
  attachments: parsed.attachments.map(({ filename, contentType, size }) => ({ filename, contentType, size })),
});

const detailsOf = (message: Message) => ({
  ...summaryOf(message),
  headers: message.parsed.headerLines.map(({ line }) => line),
  text: message.parsed.text ?? '',
  html: message.parsed.html === false ? '' : message.parsed.html,
});

/** A download, whatever it says it is: nothing that came by mail is shown as a page of ours. */
const file = (content: Buffer, contentType: string, filename: string): Response =>
  new Response(new Uint8Array(content), {
    headers: {
      'content-type': contentType,
      'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(filename)}`,
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
    },
  });
