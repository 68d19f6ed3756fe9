/** A message before it is written as text or HTML: nothing in it is markup. */
export type Message = {
  language: string;
  subject: string;
  heading: string;
  paragraphs: readonly string[];
  /** What is told as a table: a label and what it is. */
  rows: readonly (readonly [label: string, value: string])[];
  action: { label: string; url: string } | null;
  /** Small print. */
  footer: string;
};

/** The message as plain text, lines as they come: clients break them. */
export function toText({ heading, paragraphs, rows, action, footer }: Message): string {
  const parts = [
    heading,
    ...paragraphs,
    rows.map(([label, value]) => `${label}: ${oneLine(value)}`).join('\n'),
    action === null ? '' : `${action.label}:\n${action.url}`,
    `-- \n${footer}`,
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

/** The message as HTML that mail clients show: one column of at most 600 px, styles inline, both colour schemes, no image. */
export function toHtml({ language, subject, heading, paragraphs, rows, action, footer }: Message): string {
  const cells = rows.map(
    ([label, value]) =>
      `<tr><th scope="row" align="left" valign="top" class="quiet" style="${LABEL}">${escape(label)}</th>` +
      `<td valign="top" style="${VALUE}">${escape(value)}</td></tr>`,
  );
  return `<!doctype html>
<html lang="${escape(language)}" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${escape(subject)}</title>
<style>
@media (prefers-color-scheme: dark) {
  .ground { background: #14151a !important; }
  .card { background: #1e2027 !important; color: #efeeea !important; }
  .quiet { color: #b1b3bc !important; }
  .action { background: #8fb1ff !important; color: #0c1630 !important; }
  .link { color: #8fb1ff !important; }
}
</style>
</head>
<body class="ground" style="margin:0;padding:0;background:#f6f5f2;">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" class="ground" style="background:#f6f5f2;">
<tr><td align="center" style="padding:24px 12px;">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" class="card" style="${CARD}">
<tr><td style="padding:28px 24px;">
<h1 style="margin:0 0 16px;font-size:24px;line-height:1.25;font-weight:600;">${escape(heading)}</h1>
${paragraphs.map((text) => `<p style="${PARAGRAPH}">${escape(text)}</p>`).join('\n')}
${cells.length === 0 ? '' : `<table width="100%" cellpadding="0" cellspacing="0" border="0" style="margin:0 0 20px;">\n${cells.join('\n')}\n</table>`}
${action === null ? '' : button(action)}
<p class="quiet" style="margin:24px 0 0;font-size:13px;line-height:1.5;color:#5c5852;">${escape(footer)}</p>
</td></tr>
</table>
</td></tr>
</table>
</body>
</html>
`;
}

const FONT = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',Arial,sans-serif";
const CARD = `max-width:600px;background:#ffffff;color:#1d1b18;border-radius:10px;${FONT};font-size:16px;line-height:1.5;text-align:left;`;
const PARAGRAPH = 'margin:0 0 16px;font-size:16px;line-height:1.5;';
const LABEL = 'padding:6px 16px 6px 0;font-size:14px;line-height:1.5;font-weight:400;color:#5c5852;white-space:nowrap;';
const VALUE = 'padding:6px 0;font-size:16px;line-height:1.5;white-space:pre-line;word-break:break-word;';
const ACTION =
  'display:inline-block;padding:12px 24px;background:#1747b5;color:#ffffff;font-weight:600;text-decoration:none;border-radius:8px;';

const button = ({ label, url }: { label: string; url: string }): string =>
  `<p style="margin:0 0 8px;"><a class="action" href="${escape(url)}" style="${ACTION}">${escape(label)}</a></p>`;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escape = (text: string): string => text.replaceAll(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);

/** In text each place stands behind its label, on a line of its own below the others. */
const oneLine = (value: string): string => value.replaceAll('\n', '\n  ');
