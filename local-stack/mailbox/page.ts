import { html } from 'hono/html';
import type { Message } from './messages.ts';

/** The pages' policy: no script, one style, and a frame for the message itself. */
export const PAGE_HEADERS = {
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
} as const;

/** A message's own HTML: shown in our frame only, and it loads nothing and runs nothing. */
export const MAIL_HEADERS = {
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox",
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
} as const;

type Html = ReturnType<typeof html>;

/** The list, newest first. `to`: whose mail is shown, where not everybody's. */
export function renderList(messages: readonly Message[], to: string): Html {
  const rows = messages.map(
    ({ id, to: recipients, receivedAtMs, parsed }) =>
      html`<li>
        <a href="/messages/${id}">${parsed.subject ?? '(no subject)'}</a>
        <span>${recipients.join(', ')}</span>
        <time datetime="${new Date(receivedAtMs).toISOString()}">${timeOf(receivedAtMs)}</time>
      </li>`,
  );
  return page(
    'Mailbox',
    html`<form>
        <label for="to">Mail to</label>
        <input id="to" name="to" type="email" value="${to}" placeholder="everybody" autocomplete="off" />
        <button>Look</button>
      </form>
      ${
        rows.length === 0
          ? html`<p role="status">No mail yet. Whatever core sends comes here and goes nowhere else.</p>`
          : html`<ol class="list">
              ${rows}
            </ol>`
      }`,
  );
}

/** One message: who, when, what is attached, its HTML and its text. */
export function renderMessage({ id, to, receivedAtMs, parsed }: Message): Html {
  const attached = parsed.attachments.map(
    ({ filename, size }, i) =>
      html`<li>
        <a href="/messages/${id}/attachments/${i}">${filename ?? `attachment ${i + 1}`}</a> ${kilobytes(size)}
      </li>`,
  );
  return page(
    parsed.subject ?? '(no subject)',
    html`<p><a href="/">All mail</a></p>
      <dl>
        <dt>From</dt>
        <dd>${parsed.from?.text ?? ''}</dd>
        <dt>To</dt>
        <dd>${to.join(', ')}</dd>
        <dt>At</dt>
        <dd><time datetime="${new Date(receivedAtMs).toISOString()}">${timeOf(receivedAtMs)}</time></dd>
        <dt>Files</dt>
        <dd>
          <ul>
            ${attached}
            <li><a href="/messages/${id}/message.eml">The message as it came</a></li>
          </ul>
        </dd>
      </dl>
      ${
        typeof parsed.html === 'string'
          ? html`<h2>As HTML</h2>
              <iframe
                title="The message as HTML"
                src="/messages/${id}/message.html"
                sandbox="allow-popups allow-popups-to-escape-sandbox"
              ></iframe>`
          : ''
      }
      <h2>As text</h2>
      <pre tabindex="0">${parsed.text ?? ''}</pre>`,
  );
}

const timeOf = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace('T', ' ');

const kilobytes = (bytes: number): string => `${Math.max(1, Math.round(bytes / 1024))} KB`;

const page = (title: string, body: Html) =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} · Mailbox</title>
        ${STYLE}
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          ${body}
        </main>
      </body>
    </html>`;

const STYLE = html`<style>
  :root {
    color-scheme: light dark;
    font:
      1rem/1.5 system-ui,
      sans-serif;
  }
  main {
    max-width: 46rem;
    margin: 2rem auto;
    padding: 0 1rem;
  }
  h1 {
    font-size: 1.5rem;
    line-height: 1.25;
    overflow-wrap: anywhere;
  }
  h2 {
    font-size: 1.1rem;
    margin: 1.5rem 0 0.5rem;
  }
  form {
    display: flex;
    gap: 0.5rem;
    align-items: center;
    flex-wrap: wrap;
  }
  input,
  button {
    font: inherit;
    min-height: 2.5rem;
    padding: 0 0.75rem;
  }
  input {
    flex: 1;
    min-width: 12rem;
  }
  .list {
    list-style: none;
    padding: 0;
  }
  .list li {
    display: grid;
    grid-template-columns: 1fr auto;
    gap: 0 1rem;
    padding: 0.75rem 0;
    border-bottom: 1px solid color-mix(in srgb, currentColor 25%, transparent);
  }
  .list a {
    grid-column: 1 / -1;
    font-weight: 600;
    padding: 0.25rem 0;
  }
  .list span,
  dd {
    overflow-wrap: anywhere;
  }
  dl {
    display: grid;
    grid-template-columns: max-content 1fr;
    gap: 0.25rem 1rem;
  }
  dd,
  dd ul {
    margin: 0;
    padding: 0;
    list-style: none;
  }
  iframe {
    width: 100%;
    height: 40rem;
    border: 1px solid color-mix(in srgb, currentColor 25%, transparent);
  }
  pre {
    white-space: pre-wrap;
    overflow-wrap: anywhere;
    padding: 1rem;
    border: 1px solid color-mix(in srgb, currentColor 25%, transparent);
  }
</style>`;
