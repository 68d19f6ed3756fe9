import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCommandWorld, type CommandWorld } from './command-world.fixture.ts';

let commands: CommandWorld;
beforeAll(async () => {
  commands = await startCommandWorld();
});
afterAll(() => commands.close());

const run: CommandWorld['run'] = (...args) => commands.run(...args);
const SMALL = 'zone,row,seat,priceMinor,currency\nbox,A,1,700,EUR\nbox,A,2\n';

describe('onsale import seat-map', () => {
  it('judges in a dry run, imports whole, and says how far it is', async () => {
    const rows = Array.from({ length: 300 }, (_, i) => `z,${Math.floor(i / 100)},${i},${i === 0 ? '900,EUR' : ''}`);
    writeFileSync(join(commands.folder, 'box.csv'), SMALL);
    writeFileSync(join(commands.folder, 'many.csv'), ['zone,row,seat,priceMinor,currency', ...rows].join('\n'));
    const dry = await run('import', 'seat-map', 'box.csv', '--dry-run');
    expect(dry).toEqual({
      code: 0,
      out: 'box: would be written with 2 seats and 0 places in 1 zones; nothing was\n',
      err: 'checked; sending 0.0 MB\n',
    });
    expect((await run('operator', 'list', 'performance')).out).toContain('"id":"gala"');
    expect((await run('import', 'seat-map', 'many.csv', '--id', 'many')).out).toBe(
      'many: written with 300 seats and 0 places in 1 zones\n',
    );
    const again = await run('import', 'seat-map', 'many.csv');
    expect([again.code, again.err]).toEqual([1, expect.stringContaining('409 id_taken')]);
  });

  it.each([
    ['wrong.csv', `${SMALL}box,A,1\n`, 'zones.0.rows.0.seats.2.id, line 4: box-a-1 is the id of'],
    ['deep.json', '['.repeat(9) + ']'.repeat(9), 'nested deeper than 8'],
    ['map.xml', '<map/>', 'neither *.json nor *.csv'],
  ])('says what is wrong with %s, with its line, and sends nothing', async (name, text, says) => {
    writeFileSync(join(commands.folder, name), text);
    const { code, out, err } = await run('import', 'seat-map', name, '--origin', 'http://127.0.0.1:9');
    expect([code, out, err]).toEqual([1, '', expect.stringContaining(says)]);
    expect((await run('import', 'seat-map', 'none.csv')).err).toContain("can't be read");
  });
});

describe('onsale operator', () => {
  it('adds and sets venues, events and performances, and shows them', async () => {
    expect(
      (
        await run(
          'operator',
          'add',
          'venue',
          'id=park',
          'name=The Park',
          'city=Bonn',
          'country=DE',
          'timeZone=Europe/Berlin',
        )
      ).out,
    ).toBe('venue park: added\n');
    expect((await run('operator', 'add', 'event', 'id=fair', 'name=Fair', 'venueId=park')).out).toBe(
      'event fair: added\n',
    );
    const zones = 'zones=[{"id":"field","priceMinor":1500,"capacity":200}]';
    const fields = ['id=fair-1', 'eventId=fair', 'room=demo', 'startsAt=2031-06-01T12:00:00Z', 'currency=EUR', zones];
    expect((await run('operator', 'add', 'performance', ...fields)).out).toBe('performance fair-1: added\n');
    const set = ['operator', 'set', 'performance', 'fair-1', 'status=on_sale', 'placesPerBuyer=4', '--if-version', '1'];
    expect(await run(...set)).toMatchObject({ code: 0, out: 'performance fair-1: version 2\n' });
    expect(await run(...set)).toMatchObject({ code: 1, err: expect.stringContaining('412 stale') as string });
    expect(JSON.parse((await run('operator', 'show', 'performance', 'fair-1')).out)).toMatchObject({
      sale: 'on_sale',
      placesPerBuyer: 4,
    });
  });

  it('tells a mistake in a field before anything is sent, and all fields in its help', async () => {
    expect(
      (await run('operator', 'add', 'event', 'name=Fair', 'kind=circus', '--origin', 'http://127.0.0.1:9')).err,
    ).toContain('kind: ');
    expect((await run('operator', 'set', 'event', 'fair', 'name')).code).toBe(2);
    expect((await run('operator', 'set', '--help')).out).toContain('placesPerBuyer');
    expect((await run('import', 'seat-map', '--help')).out).toContain('--dry-run');
  });
});
