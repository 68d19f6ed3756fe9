import { serve, type ServerType } from '@hono/node-server';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommandLine } from '../../cli/program.ts';
import { startCoreWorld, type CoreWorld } from '../../core/core-world.fixture.ts';

/** Core behind what stands for the edge, and the command line of an operator who works in a folder of their own. */
export type CommandWorld = {
  world: CoreWorld;
  folder: string;
  run(...args: string[]): Promise<{ code: number; out: string; err: string }>;
  close(): Promise<void>;
};

/** Starts it; core passes calls below /api/core on as they come, as the edge's gate does. */
export async function startCommandWorld(): Promise<CommandWorld> {
  const folder = mkdtempSync(join(tmpdir(), 'onsale-commands-'));
  const world = await startCoreWorld();
  const fetchCore = async (request: Request) => {
    const { pathname, search } = new URL(request.url);
    const sent = request.body === null ? {} : { body: await request.text() };
    const { method, headers } = request;
    return fetch(world.coreUrl + pathname.replace('/api/core', '') + search, { method, headers, ...sent });
  };
  const { server, origin } = await new Promise<{ server: ServerType; origin: string }>((resolve) => {
    const made: ServerType = serve({ fetch: fetchCore, hostname: '127.0.0.1', port: 0 }, ({ port }) =>
      resolve({ server: made, origin: `http://127.0.0.1:${port}` }),
    );
  });
  const env = { ONSALE_ORIGIN: origin, ONSALE_OPERATOR_TOKEN: await world.operatorToken('operator') };
  return {
    world,
    folder,
    async run(...args) {
      let [out, err] = ['', ''];
      const write = (text: string) => void (out += text);
      const says = (text: string) => void (err += text);
      const code = await runCommandLine(args, { env, cwd: folder, out: write, err: says, terminal: { write } });
      return { code, out, err };
    },
    async close() {
      server.close();
      await world.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
