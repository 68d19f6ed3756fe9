import { configDefaults, defineConfig } from 'vitest/config';

// Long runs (storms, faults, rehearsals) are chosen by name, never by accident.
const LONG = '**/*.long.test.ts';
const INTEGRATION = '**/*.integration.test.ts';
// One Postgres for all files of a run; each test file gets a database of its own from it.
const SHARED_POSTGRES = 'local-stack/test-stack.global-setup.ts';
const OUTSIDE = [...configDefaults.exclude, 'dist/**', 'coverage/**', '.onsale*/**', LONG];

/**
 * One project per kind of surroundings a test needs. `bin/test` runs them one after the other;
 * `npx vitest run path/to/file.test.ts` finds the right one by the file's name.
 */
export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    passWithNoTests: false,
    allowOnly: false,
    restoreMocks: true,
    unstubEnvs: true,
    unstubGlobals: true,
    // What comes by itself may take its time on a busy machine; nobody waits for it once it is there.
    expect: { poll: { timeout: 10_000 } },
    projects: [
      {
        // Pure decisions and handlers: no server, no port, no clock of its own.
        extends: true,
        test: {
          name: 'unit',
          include: ['**/*.test.ts', '**/*.test.tsx'],
          exclude: [...OUTSIDE, INTEGRATION, 'tests/**'],
          testTimeout: 5_000,
          expect: { poll: { timeout: 4_000 } },
          hookTimeout: 10_000,
        },
      },
      {
        // Checks on the tree itself: import walls, tidiness; and on the runner behind bin/test.
        extends: true,
        test: {
          name: 'tree',
          include: ['tests/tree/**/*.test.ts', 'tests/runner/**/*.test.ts'],
          exclude: OUTSIDE,
          testTimeout: 30_000,
        },
      },
      {
        // Real Redis and Postgres, started by local-stack/test-stack.ts.
        extends: true,
        test: {
          name: 'integration',
          include: [INTEGRATION, 'tests/**/*.test.ts'],
          exclude: [...OUTSIDE, 'tests/{tree,runner,stack,e2e,browser}/**'],
          globalSetup: [SHARED_POSTGRES],
          // Files of one worker share its modules: each loads drizzle, hono and the rest once, not seventy times.
          isolate: false,
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        // The whole stack as `bin/dev` starts it; one file at a time, since two stacks would fight for two cores.
        extends: true,
        test: {
          name: 'stack',
          include: ['tests/stack/**/*.test.ts', 'tests/e2e/**/*.test.ts'],
          exclude: OUTSIDE,
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 240_000,
        },
      },
      {
        // Real Chromium against the whole stack.
        extends: true,
        test: {
          name: 'browser',
          include: ['tests/browser/**/*.test.ts'],
          exclude: OUTSIDE,
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 240_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'long',
          include: [LONG],
          exclude: OUTSIDE.filter((pattern) => pattern !== LONG),
          globalSetup: [SHARED_POSTGRES],
          fileParallelism: false,
          testTimeout: 1_200_000,
          hookTimeout: 240_000,
        },
      },
    ],
  },
});
