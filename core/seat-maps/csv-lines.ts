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
  const cell = /"([^"]*(?:""[^"]*)*)"|([^",\r\n]*)/y;
  let [at, line] = [text.startsWith('\uFEFF') ? 1 : 0, 1];
  while (at < text.length) {
    const record: CsvRecord = { line, cells: [] };
    for (let isOpen = true; isOpen;) {
      cell.lastIndex = at;
      const [whole = '', quoted, plain = ''] = cell.exec(text) ?? [];
      at += whole.length;
      line += quoted === undefined ? 0 : countLines(quoted);
      record.cells.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
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

const countLines = (text: string): number => text.split('\n').length - 1;
