import { parseArgs } from 'node:util';
import { resolve } from 'node:path';

/** What the edge runs on: workerd, as on Cloudflare, or Node. */
export type EdgeRuntime = 'workerd' | 'node';

/** Who takes payments: the sandbox provider, or Stripe (a stand-in, unless a key is set). */
export type PaymentsChoice = 'sandbox' | 'stripe';

export type DevOptions = {
  port: number | undefined;
  dataFolder: string | undefined;
  crowd: number | undefined;
  readyFile: string | undefined;
  edge: EdgeRuntime;
  payments: PaymentsChoice;
  verbose: boolean;
};

export type ParsedOptions =
  | { kind: 'run'; options: DevOptions }
  | { kind: 'help' }
  | { kind: 'wrong'; problem: string };

export const USAGE = `Usage: bin/dev [--port N] [--data DIR] [--crowd N] [--ready-file PATH] [--edge RUNTIME]
               [--payments PROVIDER] [--verbose]

Runs everything: Postgres, Redis, its REST front, the edge Worker, core, admission worker, feed and sandbox payments.

  --port N           port of the edge on 127.0.0.1; 0 = a free one (default: that of the last start on this data, else
                     8787, or a free one when that is taken)
  --data DIR         where data, keys and logs live (default: .onsale in the repository)
  --crowd N          sends N simulated visitors once everything is up
  --ready-file PATH  writes addresses, tokens and rooms as JSON (mode 0600) once every part answers
  --edge RUNTIME     what the edge runs on: workerd (default), as on Cloudflare, or node
  --payments PROVIDER  who takes payments: sandbox (default), or stripe: a local stand-in for Stripe, or Stripe itself when
                     ONSALE_STRIPE_SECRET_KEY and ONSALE_STRIPE_WEBHOOK_SECRET are set
  --verbose          prints the parts' logs too; they are always in DIR/logs
  --help             this text

Environment: DATABASE_URL, REDIS_URL, and UPSTASH_REDIS_REST_URL with UPSTASH_REDIS_REST_TOKEN replace the embedded
Postgres, Redis and REST front. Ctrl-C stops everything and keeps the data.
`;

/** Reads the arguments of bin/dev; paths are resolved against `cwd`. */
export function parseOptions(args: readonly string[], cwd: string): ParsedOptions {
  try {
    const { values } = parseArgs({
      args: [...args],
      strict: true,
      allowPositionals: false,
      options: {
        port: { type: 'string' },
        data: { type: 'string' },
        crowd: { type: 'string' },
        'ready-file': { type: 'string' },
        edge: { type: 'string', default: 'workerd' },
        payments: { type: 'string', default: 'sandbox' },
        verbose: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) return { kind: 'help' };
    return {
      kind: 'run',
      options: {
        port: wholeNumber('--port', values.port, 0, 65_535),
        crowd: wholeNumber('--crowd', values.crowd, 1, 1_000_000),
        dataFolder: path('--data', values.data, cwd),
        readyFile: path('--ready-file', values['ready-file'], cwd),
        edge: edgeRuntime(values.edge),
        payments: paymentsChoice(values.payments),
        verbose: values.verbose,
      },
    };
  } catch (error) {
    return { kind: 'wrong', problem: error instanceof Error ? error.message : String(error) };
  }
}

function wholeNumber(option: string, text: string | undefined, min: number, max: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max)
    throw new Error(`${option} takes a whole number from ${min} to ${max}`);
  return value;
}

function edgeRuntime(text: string): EdgeRuntime {
  if (text !== 'workerd' && text !== 'node') throw new Error('--edge takes workerd or node');
  return text;
}

function paymentsChoice(text: string): PaymentsChoice {
  if (text !== 'sandbox' && text !== 'stripe') throw new Error('--payments takes sandbox or stripe');
  return text;
}

function path(option: string, text: string | undefined, cwd: string): string | undefined {
  if (text === '') throw new Error(`${option} takes a path`);
  return text === undefined ? undefined : resolve(cwd, text);
}
