import jsQr from 'jsqr';
import { inflateSync } from 'node:zlib';

/** Pixels of a square of a code as it is drawn here, and how much white lies around it. */
const SCALE = 4;

/** The QR codes that a PDF of ours shows, in the order of its pages: its filled rectangles are drawn and looked at as a scanner would. */
export function readCodes(pdf: Uint8Array): (string | null)[] {
  return pageContents(pdf).map(readCode);
}

/** What is drawn on each page, in the PDF's own words. */
function pageContents(pdf: Uint8Array): string[] {
  const bytes = Buffer.from(pdf);
  const text = bytes.toString('latin1');
  const contents: string[] = [];
  for (const { index, 0: head } of text.matchAll(/\/FlateDecode\s*>>\s*stream\r?\n/g)) {
    const from = index + head.length;
    const content = inflateSync(bytes.subarray(from, text.indexOf('endstream', from))).toString('latin1');
    if (content.includes(' re\n')) contents.push(content);
  }
  return contents;
}

function readCode(content: string): string | null {
  const [paper, ...squares] = [...content.matchAll(/^([\d.-]+) ([\d.-]+) ([\d.-]+) ([\d.-]+) re$/gm)].map((match) =>
    match.slice(1).map(Number),
  );
  const [left = 0, top = 0, width = 0] = paper ?? [];
  const side = Math.min(...squares.map(([, , , height = width]) => height));
  const size = Math.round(width / side) * SCALE;
  const pixels = new Uint8ClampedArray(size * size * 4).fill(255);
  for (const [x = 0, y = 0, w = 0, h = 0] of squares) {
    const at = (value: number, from: number) => Math.round(((value - from) / side) * SCALE);
    for (let row = at(y, top); row < at(y + h, top); row += 1)
      for (let column = at(x, left); column < at(x + w, left); column += 1)
        pixels.fill(0, (row * size + column) * 4, (row * size + column) * 4 + 3);
  }
  return jsQr(pixels, size, size)?.data ?? null;
}
