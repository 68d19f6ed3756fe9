import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startStack, type Stack } from '../support/stack.ts';

const ONSALE = join(import.meta.dirname, '..', '..', 'bin', 'onsale');
const VISITORS = 60;
/** Printed with each failure below, and dealt the same each time. */
const SEED = 20_260_101;

let stack: Stack;
let readyFile: string;

beforeAll(async () => {
  stack = await startStack();
  readyFile = join(stack.dataDir, 'ready-for-crowd.json');
  writeFileSync(readyFile, JSON.stringify(stack.ready), { mode: 0o600 });
});
afterAll(() => stack.dispose());

function onsale(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    const child = execFile(ONSALE, args, { timeout: 110_000 }, (_error, out, err) =>
      resolve({ code: child.exitCode ?? -1, out, err }),
    );
  });
}

/** A count of the summary; 0 when the summary has no such row. */
function count(out: string, name: string): number {
  return Number(new RegExp(`^  ${name} +(\\d+)$`, 'm').exec(out)?.[1] ?? 0);
}

describe('a crowd on a real stack', () => {
  it('ends with every visitor accounted for, seats sold, none twice, and nothing unexpected', async () => {
    const args = ['--visitors', String(VISITORS), '--ready-file', readyFile, '--ramp', '3', '--seed', String(SEED)];
    const { code, out, err } = await onsale('crowd', ...args);
    expect(code, `${out}\n${err}`).toBe(0);
    expect(out).not.toContain('UNEXPECTED');
    const outcomes = [
      'bought',
      'ghost',
      'gave up',
      'browsed',
      'dropped hold',
      'dropped payment',
      'found nothing',
      'turned away',
      'out of time',
    ];
    const ended = outcomes.map((name) => count(out, name)).reduce((sum, number) => sum + number, 0);
    expect([count(out, 'joined'), ended], out).toEqual([VISITORS, VISITORS]);
    expect(count(out, 'bought'), out).toBeGreaterThan(0);

    const sql = postgres(stack.ready.postgresUrl, { max: 1 });
    try {
      const twice = await sql`
        SELECT a.booking_id, b.booking_id AS rival, a.seat_id
        FROM booking_items a JOIN bookings x ON x.id = a.booking_id AND x.status = 'confirmed'
        JOIN booking_items b ON b.seat_id = a.seat_id AND (b.booking_id, b.line) > (a.booking_id, a.line)
        JOIN bookings y ON y.id = b.booking_id AND y.status = 'confirmed' AND y.performance_id = x.performance_id
          AND y.from_leg < x.to_leg AND x.from_leg < y.to_leg`;
      expect([...twice]).toEqual([]);
      const [sold] = await sql<{ bookings: number; places: number }[]>`
        SELECT count(DISTINCT b.id)::int AS bookings, coalesce(sum(i.quantity), 0)::int AS places
        FROM bookings b JOIN booking_items i ON i.booking_id = b.id WHERE b.status = 'confirmed'`;
      expect(sold).toEqual({ bookings: count(out, 'bought'), places: count(out, 'sold, places') });
    } finally {
      await sql.end();
    }
  });

  it('ends at once with its summary on SIGTERM', async () => {
    const { out, code } = await new Promise<{ out: string; code: number | null }>((resolve) => {
      const args = ['crowd', '--visitors', '20', '--ramp', '1', '--ready-file', readyFile];
      const child = execFile(ONSALE, args, (_error, output) => resolve({ out: output, code: child.exitCode }));
      child.stdout?.once('data', () => child.kill('SIGTERM'));
    });
    expect(code, out).toBe(0);
    expect(out).toContain('Crowd of 20 in room demo');
    expect(out).toContain('still there at the end');
  });

  it('leaves a stack in which the doctor finds nothing missing', async () => {
    const { code, out } = await onsale('doctor', '--ready-file', readyFile, '--data', stack.dataDir, '--json');
    expect(code, out).toBe(0);
    const report: { ok: boolean; checks: { name: string; status: string }[] } = JSON.parse(out);
    const parts = report.checks.filter(({ name }) => name.startsWith('stack: '));
    expect(parts.length).toBeGreaterThan(7);
    expect(parts.filter(({ status }) => status !== 'ok')).toEqual([]);
  });
});
