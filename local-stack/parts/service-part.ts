import { join } from 'node:path';
import * as v from 'valibot';
import type { Child } from '../process/child.ts';
import { readableLogLine } from '../process/readable-log.ts';
import { StackError } from '../stack-error.ts';
import type { Part } from '../supervisor/part.ts';

export type ServicePart = {
  name: string;
  needs: readonly string[];
  root: string;
  /** Bundle under `dist/`. */
  script: string;
  args?: readonly string[];
  nodeFlags?: readonly string[];
  /** Read when the part starts, since addresses of stores are known only then. */
  env: () => Record<string, string>;
};

const READY_TIMEOUT_MS = 60_000;
const LAST_LINES = 12;
const readySchema = v.object({ type: v.literal('ready'), url: v.optional(v.string()) });

/** A part that is one of our Node services (platform/service.ts): ready when it says so over the IPC channel. */
export function servicePart(service: ServicePart): Part {
  return {
    name: service.name,
    needs: service.needs,
    start: async (context) => {
      const { nodeFlags = [], script, args = [] } = service;
      const child = context.spawn({
        command: process.execPath,
        args: ['--enable-source-maps', ...nodeFlags, join(service.root, 'dist', script), ...args],
        env: { ...process.env, LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'info', ...service.env() },
        cwd: service.root,
        ipc: true,
      });
      const address = await waitUntilReady(service.name, child, context.logFile);
      return { child, ...(address === undefined ? {} : { address }) };
    },
  };
}

async function waitUntilReady(name: string, child: Child, logFile: string): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<string | undefined>((resolve, reject) => {
      child.onMessage((message) => {
        const parsed = v.safeParse(readySchema, message);
        if (parsed.success) resolve(parsed.output.url);
      });
      void child.exited.then(async ({ code, signal }) => {
        const lines = (await child.lastLines(LAST_LINES)).map(readableLogLine);
        const how = signal === null ? `exit code ${code ?? 'unknown'}` : `signal ${signal}`;
        reject(
          new StackError(`it ended (${how}) before it answered; it last said:\n${lines.join('\n')}`, {
            fix: `See ${logFile}.`,
          }),
        );
      });
      timer = setTimeout(() => {
        reject(
          new StackError(`${name} did not answer within ${READY_TIMEOUT_MS / 1_000} s.`, { fix: `See ${logFile}.` }),
        );
      }, READY_TIMEOUT_MS);
    });
  } finally {
    clearTimeout(timer);
  }
}
