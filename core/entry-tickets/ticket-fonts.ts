import { create, type Font } from 'fontkit';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** Fonts of the printed tickets: Noto Sans has Latin with all its diacritics, Greek, Cyrillic and Devanagari in one file. */
export type TicketFonts = { regular: Font; bold: Font };

let loaded: TicketFonts | undefined;

/**
 * Reads the fonts, once a process: their tables are taken apart as they are first used (some 300 ms), and a document after that takes
 * some ten.
 */
export function ticketFonts(): TicketFonts {
  loaded ??= {
    regular: read('400Regular/NotoSans_400Regular.ttf'),
    bold: read('600SemiBold/NotoSans_600SemiBold.ttf'),
  };
  return loaded;
}

/** The text with a mark for each sign that the fonts lack, of other scripts than theirs: better than a row of empty boxes. */
export function toPrintable({ regular }: TicketFonts, text: string): string {
  return Array.from(text, (sign) => (regular.hasGlyphForCodePoint(sign.codePointAt(0) ?? 0) ? sign : '?')).join('');
}

function read(path: string): Font {
  const file = createRequire(import.meta.url).resolve(`@expo-google-fonts/noto-sans/${path}`);
  const font = create(readFileSync(file));
  if (!('hasGlyphForCodePoint' in font)) throw new TypeError(`${path} is not one font`);
  return font;
}
