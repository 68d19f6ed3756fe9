import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readEdgePort, rememberEdgePort } from './edge-port.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onsale-port-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('the port of the last start is remembered, and nothing is said while it stays', async () => {
  expect(await readEdgePort(folder)).toBeUndefined();
  expect(await rememberEdgePort(folder, 8787)).toEqual([]);
  expect(await readEdgePort(folder)).toBe(8787);
  expect(await rememberEdgePort(folder, 8787)).toEqual([]);
});

it('another port is said loudly, with how to keep what was signed', async () => {
  await rememberEdgePort(folder, 8787);
  const lines = (await rememberEdgePort(folder, 9000)).join(' ');
  expect(lines).toMatch(/last served on port 8787, now on 9000.*do not verify.*--port 8787/);
  expect(await readEdgePort(folder)).toBe(9000);
});

it('a damaged note counts as none', async () => {
  await writeFile(join(folder, 'edge-port'), 'rubbish');
  expect(await readEdgePort(folder)).toBeUndefined();
});
