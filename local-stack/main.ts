import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReadyFile } from '../contracts/ready-file.ts';
import { signOperatorToken } from '../tokens/operator-token.sign.ts';
import { ed25519SigningKey } from '../tokens/key-set.ts';
import { crowdPart, stackTable } from './parts/table.ts';
import type { StackTable } from './parts/table.ts';
import { addressesOf, choosePorts, readExternalStores, readTurnstile } from './parts/settings.ts';
import type { StackSettings } from './parts/settings.ts';
import { claimDataFolder } from './supervisor/data-folder.ts';
import { readEdgePort, rememberEdgePort } from './supervisor/edge-port.ts';
import { startGuard } from './supervisor/guard-link.ts';
import { loadKeys } from './supervisor/keys.ts';
import { USAGE, parseOptions } from './supervisor/options.ts';
import type { DevOptions } from './supervisor/options.ts';
import { writeReadyFile } from './supervisor/ready-file.ts';
import { supervise } from './supervisor/supervise.ts';
import { createTerminal, explain } from './supervisor/terminal.ts';
import type { Terminal } from './supervisor/terminal.ts';

export type Invocation = {
  root: string;
  args: readonly string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** Hands over the signals, which until then end the process at once. */
  takeSignals: () => Pick<NodeJS.EventEmitter, 'on'>;
};

const OPERATOR_TOKEN_SECONDS = 12 * 3_600;

/** `bin/dev`: runs the whole stack until a signal or a part's death; resolves with the exit code. */
export async function main({ root, args, cwd, env, takeSignals }: Invocation): Promise<number> {
  const terminal = createTerminal(process.stdout, process.stderr);
  const parsed = parseOptions(args, cwd);
  if (parsed.kind === 'help') {
    process.stdout.write(USAGE);
    return 0;
  }
  if (parsed.kind === 'wrong') {
    process.stderr.write(`${parsed.problem}\n\n${USAGE}`);
    return 2;
  }
  try {
    const settings = await prepare(root, parsed.options, env, terminal);
    return await runStack(settings, parsed.options, terminal, takeSignals);
  } catch (error) {
    const { message, fix } = explain(error);
    terminal.problem(message, fix);
    return 1;
  }
}

async function prepare(
  root: string,
  options: DevOptions,
  env: NodeJS.ProcessEnv,
  terminal: Terminal,
): Promise<StackSettings> {
  const external = readExternalStores(env);
  const data = await claimDataFolder(root, options.dataFolder);
  if (data.note !== undefined) terminal.part('data', 'note', data.note);
  const ports = await choosePorts(options.port, await readEdgePort(data.path));
  const changed = await rememberEdgePort(data.path, ports.edge);
  if (changed.length > 0) terminal.block(changed);
  return {
    root,
    dataFolder: data.path,
    keys: await loadKeys(data.path),
    ports,
    external,
    edge: options.edge,
    payments: options.payments,
    hasStripeKey: (env['ONSALE_STRIPE_SECRET_KEY'] ?? '') !== '',
    turnstile: readTurnstile(env),
  };
}

async function runStack(
  settings: StackSettings,
  options: DevOptions,
  terminal: Terminal,
  takeSignals: Invocation['takeSignals'],
): Promise<number> {
  const { root, dataFolder } = settings;
  const began = Date.now();
  const table = stackTable(settings);
  const ownFile = join(dataFolder, 'ready.json');
  const files = options.readyFile === undefined ? [ownFile] : [ownFile, options.readyFile];
  // One that a killed supervisor left would tell a waiting reader that this stack is up.
  for (const file of files) await rm(file, { force: true });
  const removals: (() => Promise<void>)[] = [];
  const ready = {
    name: 'ready-file',
    needs: table.parts.map(({ name }) => name),
    start: async () => {
      const content = await readyContent(settings, table);
      for (const file of files) removals.push(await writeReadyFile(file, content));
      return { address: files.at(-1) ?? ownFile, block: summary(content, Date.now() - began, dataFolder) };
    },
  };
  const { crowd } = options;
  const crowds =
    crowd === undefined ? [] : [crowdPart({ root, visitors: crowd, readyFile: ownFile, needs: [ready.name] })];
  return supervise({
    parts: [...table.parts, ready, ...crowds],
    guard: startGuard(join(root, 'dist', 'local-stack', 'guard.js')),
    terminal,
    logFolder: join(dataFolder, 'logs'),
    verbose: options.verbose,
    signals: takeSignals(),
    onStop: async () => {
      await Promise.all(removals.map((remove) => remove()));
    },
  });
}

async function readyContent(settings: StackSettings, { stores, rooms }: StackTable): Promise<ReadyFile> {
  const { edgeUrl, coreUrl, feedUrl, restUrl, restToken, sandboxUrl, mailboxUrl } = addressesOf(settings);
  const { keys } = settings;
  const operatorToken = await signOperatorToken(await ed25519SigningKey(keys.operatorKeys), {
    issuer: edgeUrl,
    operator: 'bin/dev',
    role: 'admin',
    ttlSeconds: OPERATOR_TOKEN_SECONDS,
    nowMs: Date.now(),
  });
  return {
    edgeUrl,
    coreUrl,
    feedUrl,
    redisUrl: stores.redisUrl,
    postgresUrl: stores.databaseUrl,
    restUrl,
    restToken,
    operatorToken,
    rooms: rooms(),
    payments: { provider: settings.payments, sandboxUrl, webhookSecret: keys.webhookSecret },
    mailboxUrl,
  };
}

function summary(content: ReadyFile, ms: number, dataFolder: string): string[] {
  const rooms = Object.entries(content.rooms);
  return [
    `Onsale is up after ${(ms / 1_000).toFixed(1)} s. Ctrl-C stops everything and keeps the data.`,
    '',
    ...rooms.map(([room]) => `  room ${room.padEnd(10)} ${content.edgeUrl}/rooms/${room}`),
    `  shop            ${content.edgeUrl}/shop/`,
    `  operator        ${content.edgeUrl}/operator/`,
    `  operator token  ${content.operatorToken}`,
    '                  (role admin, 12 hours)',
    `  core, feed      ${content.coreUrl}  ${content.feedUrl}`,
    `  payments        ${content.payments.sandboxUrl}`,
    `  mailbox         ${content.mailboxUrl}`,
    `  Postgres        ${content.postgresUrl.replace(/:[^:@/]+@/, ':***@')}`,
    `  Redis, its REST ${content.redisUrl.replace(/:[^:@/]+@/, ':***@')}  ${content.restUrl}`,
    `  data, keys, logs ${dataFolder}`,
  ];
}
