import { describe, expect, it } from 'vitest';
import { bookingsCsv, csvCell } from './bookings-csv.ts';

const booking = {
  id: '1',
  performanceId: 'gala',
  status: 'confirmed',
  buyerName: '=1+2',
  buyerEmail: 'a@b.example',
  places: 1,
  totalMinor: 5000,
  currency: 'EUR',
  capturedMinor: 5000,
  refundedMinor: 0,
  createdAt: new Date(0),
  payBy: new Date(0),
  dispute: null,
};

describe('bookings as CSV', () => {
  it('hands no formula to a spreadsheet, and keeps quotes, commas and lines in their cell', () => {
    const dangerous = ['=1+2', '+1', '-1', '@x', '\tx', '\rx'];
    for (const text of dangerous) expect(csvCell(text)).toBe(`"'${text}"`);
    expect(csvCell('a "b", c\nd')).toBe('"a ""b"", c\nd"');
    expect(csvCell('Ada')).toBe('Ada');
    expect(csvCell(-5)).toBe('-5');
  });

  it('reads a page only when it is asked for, each after the last', async () => {
    const asked: string[] = [];
    const pages = [[booking, { ...booking, id: '2' }], [{ ...booking, id: '3' }], []];
    const stream = bookingsCsv(async (afterId) => {
      asked.push(afterId);
      return pages[asked.length - 1] ?? [];
    });
    const text = await new Response(stream).text();
    expect(asked).toEqual(['', '2', '3']);
    expect(text.split('\r\n')).toHaveLength(5);
    expect(text).toContain(`1,gala,confirmed,"'=1+2",a@b.example,1,5000,EUR,5000,0,1970`);
  });
});
