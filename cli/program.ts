import { Argument, Command, CommanderError, Option } from 'commander';
import { join, resolve } from 'node:path';
import { OPERATOR_ROLES, type OperatorRole } from '../contracts/token-claims.ts';
import { NOTIFICATION_KINDS, type NotificationKind } from '../core/notifications/facts.ts';
import { LANGUAGES, type Language } from '../core/notifications/language.ts';
import { explainFailure } from './command-error.ts';
import { repositoryRoot } from './repository-root.ts';
import { KEY_OWNERS, type KeyOwner } from './rotate-keys.ts';
import { ROTATION_STAGES, type RotationStage } from '../tokens/rotate-keys.ts';
import { addBlockOrders } from './operator-blocks.ts';
import { addCatalogueOrders } from './catalogue-orders.ts';
import { addImports } from './import-commands.ts';
import { addOperatorOrders } from './operator-commands.ts';
import type { Surroundings } from './surroundings.ts';
import { plainName, positiveNumber, wholeNumber } from './option-values.ts';

/** An operator token lives at most this long, in hours (DESIGN §5). */
const MAX_TOKEN_HOURS = 12;
const MAX_VISITORS = 20_000;
const MAX_SECONDS = 24 * 3600;

/**
 * Runs one command line to its end; resolves with the exit code: 0 done, 1 the work failed or a check found something, 2 a mistake
 * in the arguments (said with the usage).
 */
export async function runCommandLine(args: readonly string[], around: Surroundings): Promise<number> {
  let code = 0;
  const program = buildProgram(around, (exitCode) => {
    code = exitCode;
  });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    around.err(explainFailure(error, program.opts<{ debug?: boolean }>().debug === true));
    return 1;
  }
}

function buildProgram(around: Surroundings, done: (exitCode: number) => void): Command {
  const program = new Command('onsale')
    .description(
      'Onsale’s tools: operator tokens and orders, a look at this machine and its stack, a crowd of simulated visitors.',
    )
    .option('--debug', 'say where a failure happened')
    .configureOutput({ writeOut: around.out, writeErr: around.err })
    // Subcommands copy these settings when they are made, so they stand first.
    .exitOverride()
    .showHelpAfterError()
    .enablePositionalOptions();
  addOperator(program, around);
  addImports(program, around);
  addKeys(program, around);
  addDraw(program, around, done);
  addDoctor(program, around, done);
  addReconcile(program, around, done);
  addMail(program, around);
  addCrowd(program, around, done);
  return program;
}

function addOperator(program: Command, around: Surroundings): void {
  type Options = { role: OperatorRole; name: string; hours: number; keys?: string; origin?: string };
  const { env, cwd, out } = around;
  const operator = program.command('operator').description('what operators need: a token, and orders to a room');
  addOperatorOrders(operator, around);
  addBlockOrders(operator, around);
  addCatalogueOrders(operator, around);
  operator
    .command('token')
    .description('sign an operator token; it is all that is printed on stdout')
    .addOption(new Option('--role <role>', 'what it allows').choices(OPERATOR_ROLES).makeOptionMandatory())
    .requiredOption('--name <name>', 'who it is for; stands in the audit', plainName(120))
    .requiredOption('--hours <n>', `how long it lives, at most ${MAX_TOKEN_HOURS}`, positiveNumber(MAX_TOKEN_HOURS))
    .option('--keys <file>', 'the operators’ private keys, mode 0600 (default: ONSALE_OPERATOR_KEYS_FILE)')
    .option('--origin <url>', 'the public origin of the edge (default: ONSALE_ORIGIN)')
    .action(async ({ role, name, hours, keys, origin }: Options) => {
      const { makeOperatorToken } = await import('./operator-token.ts');
      const keysFile = keys ?? env['ONSALE_OPERATOR_KEYS_FILE'];
      const token = await makeOperatorToken({
        role,
        name,
        hours,
        keysFile: keysFile === undefined || keysFile === '' ? undefined : resolve(cwd, keysFile),
        origin: origin ?? env['ONSALE_ORIGIN'],
        nowMs: Date.now(),
      });
      out(`${token}\n`);
    });
}

function addMail(program: Command, { cwd, out }: Surroundings): void {
  type Options = { language: Language; html?: true; text?: true; out?: string };
  program
    .command('mail')
    .description('messages that buyers and visitors get')
    .command('preview')
    .description('show a message with sample data, as text or as HTML; nothing is sent')
    .addArgument(new Argument('<kind>', 'what it tells of').choices(NOTIFICATION_KINDS))
    .addOption(new Option('--language <tag>', 'what it is written in').choices(LANGUAGES).default('en'))
    .addOption(new Option('--html', 'as HTML').conflicts('text'))
    .addOption(new Option('--text', 'as plain text, below its subject (default)'))
    .option('--out <file>', 'write it there and print its subject only')
    .action(async (kind: NotificationKind, { language, html, out: file }: Options) => {
      const { previewMail } = await import('./preview-mail.ts');
      const format = html === true ? 'html' : 'text';
      out(await previewMail({ kind, language, format, file: file === undefined ? null : resolve(cwd, file) }));
    });
}

function addKeys(program: Command, { cwd, out }: Surroundings): void {
  type Options = { stage: RotationStage; keys?: string };
  const keyFiles = program.command('keys').description('key files');
  keyFiles
    .command('push')
    .description('make the pair of keys that web push needs; browsers that subscribed for another have to ask anew')
    .requiredOption('--out <file>', 'where to write it (0600); a file that is there is left alone')
    .action(async ({ out: file }: { out: string }) => {
      const { makePushKeys } = await import('./push-keys.ts');
      out(await makePushKeys(resolve(cwd, file)));
    });
  keyFiles
    .command('rotate')
    .description('one stage of a key rotation on a key file; says what to do next')
    .addArgument(new Argument('<owner>', 'whose keys').choices(KEY_OWNERS))
    .addOption(new Option('--stage <stage>', 'which step').choices(ROTATION_STAGES).makeOptionMandatory())
    .option('--keys <file>', 'the private key file, mode 0600 (default: bin/dev’s, .onsale/keys/<owner>-keys.json)')
    .action(async (owner: KeyOwner, { stage, keys }: Options) => {
      const { rotateKeyFile } = await import('./rotate-keys.ts');
      const file =
        keys === undefined ? join(repositoryRoot(), '.onsale', 'keys', `${owner}-keys.json`) : resolve(cwd, keys);
      out(`${await rotateKeyFile({ owner, stage, file })}\n`);
    });
}

function addDraw(program: Command, { out }: Surroundings, done: (exitCode: number) => void): void {
  type Options = { seed: string; ticket: string; base: number; commitment?: string };
  program
    .command('draw')
    .description('the draw of a lobby')
    .command('check')
    .description(
      'compute a ticket’s draw again, without asking any server; exit 1 when the seed does not fit the commitment',
    )
    .requiredOption('--seed <seed>', 'the seed that the room published at its opening')
    .requiredOption('--ticket <ticket>', 'the queue ticket, or its id')
    .option('--base <n>', 'the lane’s base, as the board shows it', wholeNumber(0, 2 ** 27), 0)
    .option('--commitment <hex>', 'what the room published before its lobby opened')
    .action(async ({ seed, ticket, base, commitment }: Options) => {
      const { checkDraw } = await import('./check-draw.ts');
      const answer = await checkDraw({ seed, ticket, base, commitment });
      out(`${JSON.stringify(answer, null, 2)}\n`);
      done(answer.fits === false ? 1 : 0);
    });
}

function addDoctor(program: Command, { env, cwd, out }: Surroundings, done: (exitCode: number) => void): void {
  type Options = { readyFile?: string; data?: string; json?: boolean };
  program
    .command('doctor')
    .description('say what is missing on this machine and how to fix it; exit 0 only when nothing needed is missing')
    .option('--ready-file <path>', 'also ask each part of the running stack that wrote it')
    .option('--data <dir>', 'the data folder to look at (default: .onsale in the repository)')
    .option('--json', 'print the checks as JSON')
    .action(async ({ readyFile, data, json }: Options) => {
      const { examine } = await import('./doctor/examine.ts');
      const { formatChecks, isHealthy } = await import('./doctor/check.ts');
      const checks = await examine({
        env,
        ...(readyFile === undefined ? {} : { readyFile: resolve(cwd, readyFile) }),
        ...(data === undefined ? {} : { dataFolder: resolve(cwd, data) }),
      });
      out(json === true ? `${JSON.stringify({ ok: isHealthy(checks), checks }, null, 2)}\n` : formatChecks(checks));
      done(isHealthy(checks) ? 0 : 1);
    });
}

function addReconcile(program: Command, { env, cwd, out }: Surroundings, done: (exitCode: number) => void): void {
  type Options = { readyFile?: string; core?: string; wait: number };
  program
    .command('reconcile')
    .description(
      'compare Redis, Postgres and the payment provider, repair, and print the report; exit 1 when something is left for a person',
    )
    .argument('[performance]', 'only its stock (default: all that is on sale, and the money)')
    .option('--ready-file <path>', 'the stack: what bin/dev --ready-file wrote')
    .option('--core <url>', 'where core is, with ONSALE_OPERATOR_TOKEN; the edge’s is <origin>/api/core')
    .option('--wait <seconds>', 'how long to wait for the report', positiveNumber(MAX_SECONDS), 120)
    .action(async (performance: string | undefined, { readyFile, core, wait }: Options) => {
      const { reconcile } = await import('./reconcile.ts');
      const { findCore } = await import('./find-core.ts');
      const where = await findCore({ readyFile: readyFile && resolve(cwd, readyFile), core, env });
      const { report, clean } = await reconcile({ ...where, performanceId: performance ?? null, waitMs: wait * 1000 });
      out(`${JSON.stringify(report, null, 2)}\n`);
      done(clean ? 0 : 1);
    });
}

function addCrowd(program: Command, { cwd, terminal }: Surroundings, done: (exitCode: number) => void): void {
  type Options = {
    visitors: number;
    readyFile: string;
    room: string;
    seconds?: number;
    seed?: number;
    ramp?: number;
  };
  program
    .command('crowd')
    .description('send simulated visitors who wait, are admitted, pick, pay, abandon; Ctrl-C ends it with the summary')
    .requiredOption('--visitors <n>', `how many, up to ${MAX_VISITORS}`, wholeNumber(1, MAX_VISITORS))
    .requiredOption('--ready-file <path>', 'where the stack is: what bin/dev --ready-file wrote')
    .option('--room <room>', 'the room they come to', 'demo')
    .option('--seconds <s>', 'end after this long (default: when all have gone)', positiveNumber(MAX_SECONDS))
    .option('--seed <k>', 'the same visitors again (default: by chance)', wholeNumber(0, 2 ** 32 - 1))
    .option('--ramp <seconds>', 'how long it takes until all have come', positiveNumber(MAX_SECONDS))
    .action(async ({ readyFile, ...options }: Options) => {
      const { runCrowd } = await import('./crowd/run-crowd.ts');
      done(await runCrowd({ ...options, readyFile: resolve(cwd, readyFile) }, terminal));
    });
}
