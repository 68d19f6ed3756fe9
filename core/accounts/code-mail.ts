import type { CodeMail } from './code-mailer.ts';

/** The message that brings a sign-in code. The subject does not hold it: subjects show on locked screens. */
export function codeMail({
  to,
  deliverTo,
  code,
  minutes,
  origin,
}: {
  to: string;
  deliverTo: string;
  code: string;
  minutes: number;
  origin: string;
}): CodeMail {
  const host = new URL(origin).host;
  const lines = [
    `Your code to sign in at ${host}:`,
    code,
    `It is good for ${minutes} minutes and can be used once. We never ask for it by phone or in a message.`,
    'If you did not ask for it, you need do nothing: without the code nobody gets in.',
  ];
  return {
    to,
    deliverTo,
    subject: 'Your sign-in code',
    text: `${lines.join('\n\n')}\n`,
    html: page(lines.map((line) => (line === code ? bigLine(line) : `<p>${line}</p>`)).join('\n')),
  };
}

const bigLine = (code: string): string => `<p style="font:700 28px/1.4 monospace;letter-spacing:4px">${code}</p>`;

/** Nothing in it comes from a person: a host of ours, digits, and fixed words. */
const page = (content: string): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Your sign-in code</title></head>` +
  `<body style="font:16px/1.5 sans-serif;max-width:36em;margin:24px auto;padding:0 16px">\n${content}\n</body></html>`;
