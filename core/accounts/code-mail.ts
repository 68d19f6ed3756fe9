import type { Language } from '../notifications/language.ts';
import type { CodeMail } from './code-mailer.ts';

type Words = { subject: string; intro: (host: string) => string; once: (minutes: number) => string; unasked: string };

/** The subject does not hold the code: subjects show on locked screens. */
const WORDS: Readonly<Record<Language, Words>> = {
  en: {
    subject: 'Your sign-in code',
    intro: (host) => `Your code to sign in at ${host}:`,
    once: (minutes) =>
      `It is good for ${minutes} minutes and can be used once. We never ask for it by phone or in a message.`,
    unasked: 'If you did not ask for it, you need do nothing: without the code nobody gets in.',
  },
  de: {
    subject: 'Ihr Anmeldecode',
    intro: (host) => `Ihr Code für die Anmeldung bei ${host}:`,
    once: (minutes) =>
      `Er gilt ${minutes} Minuten und nur einmal. Wir fragen nie am Telefon oder in einer Nachricht danach.`,
    unasked: 'Wenn Sie ihn nicht angefordert haben, müssen Sie nichts tun: Ohne den Code kommt niemand hinein.',
  },
  fr: {
    subject: 'Votre code de connexion',
    intro: (host) => `Votre code pour vous connecter à ${host} :`,
    once: (minutes) =>
      `Il est valable ${minutes} minutes et une seule fois. Nous ne le demandons jamais par téléphone ni dans un message.`,
    unasked: 'Si vous ne l’avez pas demandé, vous n’avez rien à faire : sans le code, personne n’entre.',
  },
  hi: {
    subject: 'आपका साइन-इन कोड',
    intro: (host) => `${host} पर साइन इन करने के लिए आपका कोड:`,
    once: (minutes) => `यह ${minutes} मिनट तक और केवल एक बार मान्य है। हम इसे फ़ोन पर या संदेश में कभी नहीं पूछते।`,
    unasked: 'यदि आपने इसे नहीं माँगा है, तो कुछ करने की ज़रूरत नहीं: कोड के बिना कोई अंदर नहीं आ सकता।',
  },
};

/** The message that brings a sign-in code, in a language. */
export function codeMail({
  to,
  deliverTo,
  code,
  minutes,
  origin,
  language,
}: {
  to: string;
  deliverTo: string;
  code: string;
  minutes: number;
  origin: string;
  language: Language;
}): CodeMail {
  const { subject, intro, once, unasked } = WORDS[language];
  const lines = [intro(new URL(origin).host), code, once(minutes), unasked];
  const content = lines.map((line) => (line === code ? bigLine(line) : `<p>${line}</p>`)).join('\n');
  return { to, deliverTo, subject, text: `${lines.join('\n\n')}\n`, html: page(language, subject, content) };
}

const bigLine = (code: string): string => `<p style="font:700 28px/1.4 monospace;letter-spacing:4px">${code}</p>`;

/** Nothing in it comes from a person: a host of ours, digits, and fixed words. */
const page = (language: Language, title: string, content: string): string =>
  `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><title>${title}</title></head>` +
  `<body style="font:16px/1.5 sans-serif;max-width:36em;margin:24px auto;padding:0 16px">\n${content}\n</body></html>`;
