import type { Font } from 'fontkit';
import PDFDocument from 'pdfkit';
import { encode } from 'uqr';
import { formatTime, namePlace } from '../notifications/compose.ts';
import type { PerformanceFactsToTell, PlaceToTell } from '../notifications/facts.ts';
import type { Language } from '../notifications/language.ts';
import { LOCALES, PHRASES } from '../notifications/phrases.ts';
import { ticketFonts, toPrintable, type TicketFonts } from './ticket-fonts.ts';

declare global {
  // oxlint-disable-next-line typescript/no-namespace -- The package's types are a namespace, and one is added to here.
  namespace PDFKit.Mixins {
    interface PDFFont {
      /** Fonts that are read already, which its own types don't know of. */
      registerFont(name: string, font: Font): this;
    }
  }
}

/** A ticket as it is printed: where it lets its bearer sit, and the signed text of its code. */
export type PrintedTicket = { id: string; place: PlaceToTell; code: string };

/** What stands on each ticket: the performance, and whose it is. */
export type PrintedFor = PerformanceFactsToTell & { bookingId: string; buyerName: string };

/** A4 in points, its margin, and the code's side: 70 mm, so that each of its squares is a millimetre. */
const PAGE = { size: 'A4', margin: 56 } as const;
const CODE_POINTS = 198;
const INK = '#1d1b18';
const QUIET = '#5c5852';

/** The tickets of a booking as a PDF, one page each: what, when, where, for whom, and the code drawn as lines, not as a picture. */
export async function renderTicketsPdf(
  booking: PrintedFor,
  tickets: readonly PrintedTicket[],
  language: Language,
): Promise<Uint8Array> {
  const fonts = ticketFonts();
  const document = new PDFDocument({
    ...PAGE,
    autoFirstPage: false,
    lang: LOCALES[language],
    displayTitle: true,
    info: { Title: PHRASES[language].ticket(booking.eventName).subject, Creator: 'Onsale', Producer: 'Onsale' },
  });
  const chunks: Uint8Array[] = [];
  document.on('data', (chunk: Uint8Array) => chunks.push(chunk));
  const ended = new Promise<void>((resolve, reject) => {
    document.once('end', resolve);
    document.once('error', reject);
  });
  document.registerFont('regular', fonts.regular).registerFont('bold', fonts.bold);
  for (const [index, ticket] of tickets.entries()) {
    document.addPage();
    drawTicket(document, fonts, { booking, ticket, number: index + 1, all: tickets.length, language });
  }
  document.end();
  await ended;
  return Buffer.concat(chunks);
}

type Page = { booking: PrintedFor; ticket: PrintedTicket; number: number; all: number; language: Language };

function drawTicket(
  document: PDFKit.PDFDocument,
  fonts: TicketFonts,
  { booking, ticket, number, all, language }: Page,
): void {
  const { labels, ticketOf, atTheDoor } = PHRASES[language];
  const write = (text: string, font: 'regular' | 'bold', size: number, colour = INK) =>
    document.font(font).fontSize(size).fillColor(colour).text(toPrintable(fonts, text));
  write(ticketOf(number, all), 'regular', 11, QUIET);
  document.moveDown(0.3);
  write(booking.eventName, 'bold', 24);
  document.moveDown(0.8);
  const rows: [string, string][] = [
    [labels.when, formatTime(booking.startsAt, booking.timeZone, language)],
    ...(booking.where === null
      ? []
      : [[booking.kind === 'train' ? labels.from_to : labels.where, booking.where] satisfies [string, string]]),
    [labels.places, namePlace(ticket.place, booking.kind, language)],
    [labels.name, booking.buyerName],
    [labels.reference, booking.bookingId],
  ];
  for (const [label, value] of rows) {
    write(label, 'regular', 10, QUIET);
    write(value, label === labels.places ? 'bold' : 'regular', 14);
    document.moveDown(0.5);
  }
  document.moveDown(0.5);
  const { x, y } = document;
  drawCode(document, ticket.code, x, y);
  document.x = x;
  document.y = y + CODE_POINTS + 12;
  write(atTheDoor, 'regular', 11);
  if (ticket.place.seat === null) write(PHRASES[language].free, 'regular', 11);
  write(ticket.id, 'regular', 8, QUIET);
}

/** The code as filled squares, runs of a row together; white around it, whatever it is printed on. */
function drawCode(document: PDFKit.PDFDocument, code: string, left: number, top: number): void {
  const { size, data } = encode(code, { ecc: 'M', border: 4 });
  const side = CODE_POINTS / size;
  document.rect(left, top, CODE_POINTS, CODE_POINTS).fill('#ffffff');
  for (const [row, line] of data.entries()) {
    for (let from = 0; from < size; from += 1) {
      if (line[from] !== true) continue;
      let to = from;
      while (line[to] === true) to += 1;
      document.rect(left + from * side, top + row * side, (to - from) * side, side);
      from = to;
    }
  }
  document.fill('#000000');
}
