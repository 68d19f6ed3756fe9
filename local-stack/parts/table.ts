import type { Part } from '../supervisor/part.ts';
import { restPart } from './rest-part.ts';
import { serviceParts } from './services.ts';
import type { StackSettings } from './settings.ts';
import { answersPart, buildPart, seedPart } from './steps.ts';
import type { SeededRooms } from './steps.ts';
import { migrationsPart, postgresPart, redisPart } from './stores.ts';
import type { StoreAddresses } from './stores.ts';

export type StackTable = {
  /** Each part stands below what it needs; parts that need nothing of each other start side by side. */
  parts: Part[];
  stores: StoreAddresses;
  rooms: () => SeededRooms;
};

/** The whole stack, up to the point where every part answers. */
export function stackTable(settings: StackSettings): StackTable {
  const stores: StoreAddresses = { databaseUrl: '', redisUrl: '' };
  let rooms: SeededRooms = {};
  const seeded = (found: SeededRooms): void => {
    rooms = found;
  };
  const parts = [
    buildPart(settings),
    postgresPart(settings, stores),
    redisPart(settings, stores),
    migrationsPart(settings, stores),
    restPart(settings, stores),
    seedPart(stores, seeded),
    ...serviceParts(settings, stores),
    answersPart(settings, () => rooms),
  ];
  return { parts, stores, rooms: () => rooms };
}

/** Simulated visitors; they read the ready file, so they need the part that writes it, and may come to their end. */
export function crowdPart(options: {
  root: string;
  visitors: number;
  readyFile: string;
  needs: readonly string[];
}): Part {
  const { root, visitors, readyFile, needs } = options;
  return {
    name: 'crowd',
    needs,
    mayFinish: true,
    printsLog: true,
    start: async ({ spawn }) => {
      const args = ['--enable-source-maps', `${root}/dist/cli/main.js`, 'crowd', '--visitors', String(visitors)];
      const child = spawn({
        command: process.execPath,
        args: [...args, '--ready-file', readyFile],
        cwd: root,
      });
      return { child, note: `${visitors} visitors` };
    },
  };
}
