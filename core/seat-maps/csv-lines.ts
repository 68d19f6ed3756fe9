/** One record of a CSV text, and the line on which it begins, from 1. */
export type CsvRecord = { line: number; cells: string[] };

/** Cells of a record at most; what has more is no table. */
const MAX_CELLS = 100;

/**
 * Records of a CSV text (RFC 4180) one by one, with their lines, since an import names them; blank lines are left out. A byte order mark
 * and either kind of line end are taken. Throws `SyntaxError` with the line for a quote that is not closed, text behind a closing quote,
 * or more cells than MAX_CELLS.
 */
export function* csvRecords(text: string): Generator<CsvRecord> {
  const bare = /[^",\r\n]*/y;
  let [at, line] = [text.startsWith('\uFEFF') ? 1 : 0, 1];
  while (at < text.length) {
    const record: CsvRecord = { line, cells: [] };
    for (let isOpen = true; isOpen;) {
      const end = endOfQuoted(text, at);
      if (end === null) {
        bare.lastIndex = at;
        record.cells.push(bare.exec(text)?.[0] ?? '');
        at = bare.lastIndex;
      } else {
        const quoted = text.slice(at + 1, end - 1);
        line += countLines(quoted);
        record.cells.push(quoted.replaceAll('""', '"'));
        at = end;
      }
      if (record.cells.length > MAX_CELLS) throw new SyntaxError(`line ${record.line}: more than ${MAX_CELLS} cells`);
      isOpen = text[at] === ',';
      if (isOpen) at += 1;
      else if (at < text.length && !/[\r\n]/.test(text.charAt(at)))
        throw new SyntaxError(`line ${record.line}: a quote stands where none may, or is not closed`);
    }
    at += text.startsWith('\r\n', at) ? 2 : 1;
    line += 1;
    if (record.cells.some((value) => value !== '')) yield record;
  }
}

/** Where a quoted cell that begins here is over; null when none does, or it is not closed. No pattern: its stack has an end, a cell has none. */
function endOfQuoted(text: string, at: number): number | null {
  if (text[at] !== '"') return null;
  let quote = text.indexOf('"', at + 1);
  while (quote !== -1 && text[quote + 1] === '"') quote = text.indexOf('"', quote + 2);
  return quote === -1 ? null : quote + 1;
}

const countLines = (text: string): number => text.split('\n').length - 1;
