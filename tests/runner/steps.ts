/** How a step's result is read: a check is one thing that holds or not, vitest counts its tests, the audit may be refused. */
export type StepKind = 'check' | 'vitest' | 'audit';

/** One step of bin/test. */
export interface Step {
  readonly name: string;
  readonly title: string;
  readonly kind: StepKind;
  /** Program and arguments; vitest steps get their reporters added. */
  readonly command: readonly string[];
  /** A check must print this, so that one which looked at nothing can't pass. */
  readonly looked?: RegExp;
  readonly timeoutSeconds: number;
  /** A file without which there is nothing to run yet: the step is then skipped and counted so. */
  readonly needs?: string;
  /** Reads the tree with one thread, or waits more than it works: two such in a row run at once. */
  readonly besideOthers?: true;
  /** Only with --long. */
  readonly long?: true;
}

const tsx = (...args: string[]): readonly string[] => ['node', '--import', 'tsx', ...args];
const vitest = (project: string): readonly string[] => [
  'node',
  'node_modules/vitest/vitest.mjs',
  'run',
  '--project',
  project,
];

/** All steps in the order in which they run: what is quick and says most comes first; the longest check begins, so that the others go beside it. */
export const STEPS: readonly Step[] = [
  {
    name: 'lint',
    title: 'the linter, with types known, minds nothing',
    kind: 'check',
    command: ['node', 'node_modules/oxlint/bin/oxlint'],
    looked: /on [1-9]\d* files/,
    timeoutSeconds: 120,
    besideOthers: true,
  },
  {
    name: 'types',
    title: 'types hold in each runtime',
    kind: 'check',
    command: tsx('tests/tree/check-types.ts'),
    looked: /node [1-9]\d*, edge [1-9]\d*, web [1-9]\d*/,
    timeoutSeconds: 300,
    besideOthers: true,
  },
  {
    name: 'format',
    title: 'every file is formatted',
    kind: 'check',
    command: ['node', 'node_modules/oxfmt/bin/oxfmt', '--check', '.'],
    looked: /on [1-9]\d* files/,
    timeoutSeconds: 120,
    besideOthers: true,
  },
  {
    name: 'walls',
    title: 'imports keep to the walls, SQL to db/',
    kind: 'check',
    command: tsx('tests/tree/check-walls.ts'),
    looked: /walls: [1-9]\d* modules, [1-9]\d* dependencies, [1-9]\d* files/,
    timeoutSeconds: 120,
    besideOthers: true,
  },
  {
    name: 'generated',
    title: 'generated files are what their sources make',
    kind: 'check',
    command: tsx('tests/tree/check-generated.ts'),
    looked: /generated: [1-9]\d* files, [1-9]\d* makers/,
    timeoutSeconds: 120,
    besideOthers: true,
  },
  {
    name: 'tidy',
    title: 'the tree keeps its style',
    kind: 'vitest',
    command: vitest('tree'),
    timeoutSeconds: 120,
    besideOthers: true,
  },
  {
    name: 'secrets',
    title: 'no key lies in the tree',
    kind: 'check',
    command: tsx('tests/tree/check-secrets.ts'),
    looked: /secrets: [1-9]\d* files/,
    timeoutSeconds: 120,
    besideOthers: true,
  },
  {
    name: 'dead',
    title: 'nothing is exported, installed or kept for nobody',
    kind: 'check',
    command: [
      'node',
      'node_modules/knip/bin/knip.js',
      '--no-config-hints',
      '--reporter=symbols',
      '--reporter=./tests/tree/count-knip-files.ts',
    ],
    looked: /dead code: [1-9]\d* files read/,
    timeoutSeconds: 120,
    besideOthers: true,
  },
  {
    name: 'audit',
    title: 'no package has a known serious hole',
    kind: 'audit',
    command: ['npm', 'audit', '--json', '--omit=dev', '--audit-level=high'],
    timeoutSeconds: 120,
    besideOthers: true,
  },
  { name: 'unit', title: 'unit tests', kind: 'vitest', command: vitest('unit'), timeoutSeconds: 300 },
  {
    name: 'integration',
    title: 'integration tests on real Redis and Postgres',
    kind: 'vitest',
    command: vitest('integration'),
    timeoutSeconds: 900,
  },
  {
    name: 'stack',
    title: 'end-to-end tests on the whole stack',
    kind: 'vitest',
    command: vitest('stack'),
    timeoutSeconds: 720,
    besideOthers: true,
  },
  {
    name: 'browser',
    title: 'tests in real Chromium',
    kind: 'vitest',
    command: vitest('browser'),
    timeoutSeconds: 900,
    besideOthers: true,
  },
  {
    name: 'bench',
    title: 'the benchmark runs (a smoke run, its numbers mean nothing)',
    kind: 'check',
    command: ['npm', 'run', '--silent', 'bench', '--', '--smoke'],
    timeoutSeconds: 600,
    needs: 'bench/main.ts',
    besideOthers: true,
  },
  { name: 'long', title: 'long runs', kind: 'vitest', command: vitest('long'), timeoutSeconds: 3600, long: true },
];

export type Selection = { ok: true; steps: readonly Step[] } | { ok: false; unknown: readonly string[] };

/** The steps to run: all that are not long, all with `long`, or those named in `only` (which may name a long one). */
export function selectSteps(options: { long: boolean; only: readonly string[] }): Selection {
  const unknown = options.only.filter((name) => !STEPS.some((step) => step.name === name));
  if (unknown.length > 0) return { ok: false, unknown };
  const steps =
    options.only.length > 0
      ? STEPS.filter((step) => options.only.includes(step.name))
      : STEPS.filter((step) => options.long || step.long !== true);
  return { ok: true, steps };
}
