import { Readable } from 'node:stream';
import { CsvError, parse, type Info } from 'csv-parse';

/** One record of a CSV text, and the line on which it begins, from 1. */
export type CsvRecord = { line: number; cells: string[] };

/** Cells of a record at most; what has more is no table. */
const MAX_CELLS = 100;
/** Bytes of a record's cells at most. */
const MAX_RECORD_BYTES = 65_536;
/** Commas of a line at most, those inside quotes too: empty cells count no bytes, and millions of them would fill the memory. */
const MAX_COMMAS = 2000;
const SLICE_BYTES = 65_536;

/**
 * Records of a CSV text (RFC 4180) one by one, with their lines, since an import names them; blank lines are left out. A byte order mark
 * and either kind of line end are taken; inside quotes they come out as `\n`. Throws `SyntaxError` with the line for a quote that is not
 * closed, text behind a closing quote, a record longer than MAX_RECORD_BYTES, or one of more cells than MAX_CELLS.
 */
export async function* csvRecords(text: string): AsyncGenerator<CsvRecord> {
  // The parser counts \r\n inside quotes as two lines.
  const bytes = Buffer.from(text.replaceAll(/\r\n?/g, '\n'));
  refuseWideLine(bytes);
  const records: AsyncIterable<{ record: string[]; info: Info }> = Readable.from(slicesOf(bytes)).pipe(
    parse({
      bom: true,
      info: true,
      record_delimiter: '\n',
      relax_column_count: true,
      skip_empty_lines: true,
      max_record_size: MAX_RECORD_BYTES,
    }),
  );
  try {
    for await (const { record: cells, info } of records) {
      const line = info.lines - cells.reduce((sum, value) => sum + countLineEnds(value), 0);
      if (cells.length > MAX_CELLS) throw tooManyCells(line);
      if (cells.some((value) => value !== '')) yield { line, cells };
    }
  } catch (error) {
    throw error instanceof CsvError ? new SyntaxError(faultOf(error)) : error;
  }
}

function refuseWideLine(bytes: Buffer): void {
  let [line, commas] = [1, 0];
  for (const byte of bytes) {
    if (byte === NEW_LINE) [line, commas] = [line + 1, 0];
    else if (byte === COMMA && ++commas > MAX_COMMAS) throw tooManyCells(line);
  }
}

const [NEW_LINE, COMMA] = [0x0a, 0x2c];
const tooManyCells = (line: number) => new SyntaxError(`line ${line}: more than ${MAX_CELLS} cells`);

function* slicesOf(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += SLICE_BYTES) yield bytes.subarray(at, at + SLICE_BYTES);
}

function faultOf(error: CsvError): string {
  const line = `line ${String(error['lines'])}`;
  return error.code === 'CSV_MAX_RECORD_SIZE'
    ? `${line}: longer than ${MAX_RECORD_BYTES} bytes`
    : `${line}: a quote stands where none may, or is not closed`;
}

const countLineEnds = (value: string): number => (value.includes('\n') ? value.split('\n').length - 1 : 0);
