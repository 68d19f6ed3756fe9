import { serve, type ServerType } from '@hono/node-server';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommandLine } from '../../cli/program.ts';
import { startCoreWorld, type CoreWorld } from '../../core/core-world.fixture.ts';

const TICKET_ID = 'A'.repeat(22);
const folder = mkdtempSync(join(tmpdir(), 'onsale-orders-'));
let world: CoreWorld;
let server: ServerType;
let env: { ONSALE_ORIGIN: string; ONSALE_OPERATOR_TOKEN: string };

beforeAll(async () => {
  world = await startCoreWorld();
  const ONSALE_ORIGIN = await listenAsGate();
  env = { ONSALE_ORIGIN, ONSALE_OPERATOR_TOKEN: await world.operatorToken('operator') };
});
afterAll(async () => {
  server.close();
  await world.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Stands where the edge's gate stands: core's paths below /api/core, passed on as they come. */
function listenAsGate(): Promise<string> {
  const fetchCore = async (request: Request) => {
    const url = world.coreUrl + new URL(request.url).pathname.replace('/api/core', '');
    return fetch(url, {
      method: request.method,
      headers: request.headers,
      ...(request.body === null ? {} : { body: await request.text() }),
    });
  };
  return new Promise((resolve) => {
    server = serve({ fetch: fetchCore, hostname: '127.0.0.1', port: 0 }, ({ port }) =>
      resolve(`http://127.0.0.1:${port}`),
    );
  });
}

async function run(args: string[], over: Record<string, string> = {}) {
  let [out, err] = ['', ''];
  const write = (text: string) => void (out += text);
  const code = await runCommandLine(['operator', ...args], {
    env: { ...env, ...over },
    cwd: folder,
    out: write,
    err: (text) => void (err += text),
    terminal: { write },
  });
  return { code, out, err };
}
const audit = async () => {
  const { body } = await world.call('GET', '/v1/operator/audit?room=demo', { token: env.ONSALE_OPERATOR_TOKEN });
  return (body['items'] as { action: string; after: unknown }[])[0];
};

describe("an operator's orders on the command line", () => {
  it('revoke takes a ticket out by its id, and stands in the audit trail', async () => {
    const { code, out, err } = await run(['revoke', 'demo', TICKET_ID]);
    expect([code, err]).toEqual([0, '']);
    expect(out).toBe(`demo: ticket ${TICKET_ID} loses its place, turn and session by the next tick\n`);
    expect(await audit()).toMatchObject({ action: 'room.revoke', after: { ticketId: TICKET_ID } });
  });

  it('pause, resume, close and open say what the room is now', async () => {
    const told: string[] = [];
    for (const action of ['pause', 'resume', 'close', 'open'])
      told.push((await run([action, 'demo'])).out.replace(/\d+/, 'n'));
    expect(told).toEqual([
      'demo: paused, version n\n',
      'demo: open, version n\n',
      'demo: closed, version n\n',
      'demo: open, version n\n',
    ]);
  });

  it('announce shows a line, and an empty one takes it down', async () => {
    expect((await run(['announce', 'demo', 'Doors at eight.'])).code).toBe(0);
    const room = () => world.call('GET', '/v1/operator/rooms/demo', { token: env.ONSALE_OPERATOR_TOKEN });
    expect((await room()).body).toMatchObject({ message: 'Doors at eight.' });
    expect((await run(['announce', 'demo', ''])).code).toBe(0);
    expect((await room()).body).toMatchObject({ message: null });
  });

  it('takes edge and token from a ready file, whatever the environment names', async () => {
    const ready = { coreUrl: '', feedUrl: '', redisUrl: '', postgresUrl: '', restUrl: '', restToken: '', rooms: {} };
    const parts = { edgeUrl: env.ONSALE_ORIGIN, operatorToken: env.ONSALE_OPERATOR_TOKEN };
    const payments = { sandboxUrl: '', webhookSecret: '' };
    writeFileSync(join(folder, 'ready.json'), JSON.stringify({ ...ready, ...parts, payments }));
    const elsewhere = { ONSALE_ORIGIN: 'http://127.0.0.1:9', ONSALE_OPERATOR_TOKEN: 'x' };
    expect((await run(['resume', 'demo', '--ready-file', 'ready.json'], elsewhere)).code).toBe(0);
  });

  it.each([
    ['a room that is not there', ['pause', 'nowhere'], {}, /^onsale: 404 room_not_found: .+\nFix: .+\n$/],
    [
      'a token of nobody',
      ['pause', 'demo'],
      { ONSALE_OPERATOR_TOKEN: 'x' },
      /401 unauthenticated: .+\nFix: Set ONSALE_OP/,
    ],
    [
      'no token',
      ['pause', 'demo'],
      { ONSALE_OPERATOR_TOKEN: '' },
      /no operator token\.\nFix: Set ONSALE_OPERATOR_TOKEN/,
    ],
    ['no origin', ['pause', 'demo'], { ONSALE_ORIGIN: '' }, /edge is not named.*\nFix: Give --origin/],
    [
      'nobody there',
      ['pause', 'demo'],
      { ONSALE_ORIGIN: 'http://127.0.0.1:9' },
      /does not answer\.\nFix: Check --origin/,
    ],
  ])('%s: exit 1, with the code and what to do', async (_what, args, over, says) => {
    const { code, out, err } = await run(args, over);
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(says);
  });

  it('a role that does not suffice is refused by its code', async () => {
    const { code, err } = await run(['close', 'demo'], { ONSALE_OPERATOR_TOKEN: await world.operatorToken('viewer') });
    expect(code).toBe(1);
    expect(err).toContain('403 forbidden');
  });

  it.each([
    [['revoke', 'demo', 'short'], '22 characters'],
    [['revoke', 'demo'], 'ticketId'],
    [['pause', 'Demo!'], 'a slug'],
    [['announce', 'demo', 'x'.repeat(281)], 'at most 280'],
  ])('a mistake in the arguments of %j: exit 2 with the usage, and nothing is asked', async (args, says) => {
    const { code, err } = await run(args, { ONSALE_ORIGIN: 'http://127.0.0.1:9' });
    expect(code).toBe(2);
    expect(err).toContain(says);
    expect(err).toContain('Usage: onsale operator');
  });

  it('--help names every order and where the token comes from', async () => {
    const { code, out } = await run(['--help']);
    expect(code).toBe(0);
    for (const name of ['token', 'open', 'pause', 'resume', 'close', 'announce', 'revoke']) expect(out).toContain(name);
    expect((await run(['revoke', '--help'])).out).toContain('ONSALE_OPERATOR_TOKEN');
  });

  it('block, blocks and unblock keep seats out of the sale and give them back; a code comes by the environment', async () => {
    const made = await run(['block', 'gala', '--seats', 'stalls:s1,s2', '--places', 'standing:1', '--name', 'Camera']);
    expect([made.code, made.err]).toEqual([0, '']);
    const [, blockId = ''] = /^gala: (\S+) {2}blocked {2}Camera: 3 places\n$/.exec(made.out) ?? [];
    expect((await run(['blocks', 'gala'])).out).toContain(blockId);
    const again = await run(['block', 'gala', '--seats', 'stalls:s2,s3']);
    expect([again.code, again.err]).toEqual([1, expect.stringContaining('Seats: s2.')]);
    expect((await run(['block', 'gala', '--seats', 's2'])).code).toBe(2);
    expect((await run(['unblock', 'gala', blockId])).out).toBe(`gala: block ${blockId} has ended\n`);
    expect((await run(['blocks', 'gala'])).out).toBe('gala: nothing is blocked\n');

    const allocate = ['block', 'gala', '--places', 'standing:2', '--allocation'];
    expect((await run(allocate)).err).toContain('ONSALE_ALLOCATION_CODE');
    const allocated = await run(allocate, { ONSALE_ALLOCATION_CODE: 'FRIENDS' });
    expect(allocated.out).toContain('allocation  Blocked: 2 places, 0 of them sold');
  });
});
