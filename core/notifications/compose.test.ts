import { describe, expect, it } from 'vitest';
import { compose, formatMoney, formatTime } from './compose.ts';
import { NOTIFICATION_KINDS } from './facts.ts';
import { LANGUAGES, pickLanguage } from './language.ts';
import { toHtml, toText } from './message.ts';
import { sampleOf } from './samples.ts';

const ORIGIN = 'https://tickets.example.org';
const ALL = NOTIFICATION_KINDS.flatMap((kind) => LANGUAGES.map((language) => ({ kind, language })));

describe('a message', () => {
  it.each(ALL)('of $kind in $language says the same as text and as HTML, and both lead to the same place', (which) => {
    const message = compose(sampleOf(which.kind, ORIGIN), which.language);
    const [text, html] = [toText(message), toHtml(message)];
    const shown = html
      .replace(/<(style|title)>[\s\S]*?<\/\1>/g, '')
      .replaceAll(/<[^>]*>/g, ' ')
      .replaceAll('&#39;', "'");
    for (const part of [message.heading, ...message.paragraphs, message.footer, message.action?.label ?? '']) {
      expect(part).not.toMatch(/undefined|null|NaN|\[object/);
      expect(text).toContain(part);
      expect(shown).toContain(part);
    }
    expect(text).toContain(message.action?.url);
    expect(html.replaceAll('&amp;', '&')).toContain(`href="${message.action?.url}"`);
    expect(html).toContain(`<html lang="${which.language}"`);
    expect(message.subject).not.toMatch(/[\r\n]/);
  });

  it('is HTML that clients show anywhere: no script, no image, nothing loaded, 600 px at most', () => {
    const html = toHtml(compose(sampleOf('ticket', ORIGIN), 'en'));
    expect(html).not.toMatch(/<(script|img|link|iframe)|url\(|@import/);
    expect(html).toContain('max-width:600px');
    expect(html).toContain('prefers-color-scheme: dark');
  });

  it('cuts an endless name in the subject, and keeps it whole below', () => {
    const told = sampleOf('ticket', ORIGIN);
    if (told.kind !== 'ticket') throw new Error('another kind');
    const eventName = 'A long evening '.repeat(40).trim();
    const message = compose({ kind: 'ticket', booking: { ...told.booking, eventName } }, 'en');
    expect(message.subject.length).toBeLessThan(100);
    expect(toText(message)).toContain(eventName);
  });

  it('keeps markup in names from becoming markup', () => {
    const told = sampleOf('ticket', ORIGIN);
    if (told.kind !== 'ticket') throw new Error('another kind');
    const booking = { ...told.booking, buyerName: '</p><script>alert(1)</script>', eventName: '"><b>&' };
    const html = toHtml(compose({ kind: 'ticket', booking }, 'en'));
    expect(html).not.toContain('<script');
    expect(html).toContain('&lt;/p&gt;&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(html).toContain('<title>Your tickets: &quot;&gt;&lt;b&gt;&amp;</title>');
  });
});

describe('times and money', () => {
  const at = new Date('2030-07-01T18:30:00Z');

  it.each([
    ['en', 'Europe/London', /Monday,? 1 July 2030.* 19:30 BST/],
    ['de', 'Europe/Berlin', /Montag, 1\. Juli 2030.* 20:30 MESZ/],
    ['fr', 'Europe/Paris', /lundi 1 juillet 2030.* 20:30 UTC\+2/],
    ['hi', 'Asia/Kolkata', /मंगलवार, 2 जुलाई 2030.*12:00 am IST/i],
  ] as const)('in %s are those of the performance’s place', (language, timeZone, expected) => {
    expect(formatTime(at, timeZone, language)).toMatch(expected);
  });

  it('have the currency’s own decimals', () => {
    expect(formatMoney(123_456, 'EUR', 'de')).toBe('1.234,56\u{A0}€');
    expect(formatMoney(1234, 'JPY', 'en')).toBe('JP¥1,234');
    expect(formatMoney(1234, 'KWD', 'en')).toMatch(/KWD\s1\.234/);
    expect(formatMoney(12_345_678, 'INR', 'hi')).toBe('₹1,23,456.78');
  });
});

describe('the language', () => {
  it.each([
    ['de-AT,de;q=0.9,en;q=0.5', 'de'],
    ['en;q=0.5, fr;q=0.8', 'fr'],
    ['hi-IN', 'hi'],
    ['ja, *;q=0.1', 'en'],
    ['de;q=0, fr', 'fr'],
    ['de;q=9, ;;;,,=', 'en'],
    ['x'.repeat(100_000), 'en'],
    [null, 'en'],
  ])('that %s likes best is ours or English', (header, expected) => {
    expect(pickLanguage(header)).toBe(expected);
  });
});
