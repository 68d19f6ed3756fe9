import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { textOf, treeFiles } from './source-files.ts';
import type { TreeFile } from './tidy-rules.ts';
import { TIDY_RULES, isBinary } from './tidy-rules.ts';

const ROOT = join(import.meta.dirname, '../..');
const FILES: readonly TreeFile[] = treeFiles(ROOT)
  .filter((path) => !isBinary(path))
  .map((path) => ({ path, text: textOf(ROOT, path) }));

const LUA = '--- Purpose: x\n--- KEYS\n--- ARGV\n--- Returns\n--- Cost\nreturn 1\n';

const LOCK = '    "node_modules/a": {\n      "optionalDependencies": {\n        "a-darwin": "1.0.0"\n      }\n    },\n';

/** For each rule a file it must mind and one like it that it must let pass. */
const EXAMPLES: Readonly<Record<string, { bad: TreeFile; good: TreeFile }>> = {
  'kebab-case': { bad: { path: 'core/placeHold.ts', text: '' }, good: { path: 'core/place-hold.test.ts', text: '' } },
  'no-utils': { bad: { path: 'core/date-utils.ts', text: '' }, good: { path: 'core/futile.ts', text: '' } },
  'file-length': {
    bad: { path: 'core/a.ts', text: 'x;\n'.repeat(351) },
    good: { path: 'core/a.ts', text: 'x;\n'.repeat(350) },
  },
  'no-todo': { bad: { path: 'core/a.ts', text: '// FIXME later\n' }, good: { path: 'core/a.ts', text: '// todos\n' } },
  'no-focused-or-skipped-test': {
    bad: { path: 'core/a.test.ts', text: `test.skip('x', () => {});\n` },
    good: { path: 'core/a.test.ts', text: `test('skips', () => {});\n` },
  },
  'no-machine-path': {
    bad: { path: 'core/a.ts', text: `const path = '/root/data';\n` },
    good: { path: 'core/a.ts', text: `const path = '/api/work';\n` },
  },
  'no-registry-host': {
    bad: { path: 'package-lock.json', text: '"https://registry.npmjs.org/x"\n' },
    good: { path: 'package-lock.json', text: '"https://github.com/x"\n' },
  },
  'lua-header': {
    bad: { path: 'redis/lua/room/join.lua', text: LUA.replace('--- Cost\n', '') },
    good: { path: 'redis/lua/room/join.lua', text: LUA },
  },
  docstring: {
    bad: { path: 'core/a.ts', text: '// Not a docstring.\nexport function a(): void {}\n' },
    good: { path: 'core/a.ts', text: '/** Does a. */\nexport function a(): void {}\n' },
  },
  'reasoned-disable': {
    bad: { path: 'core/a.ts', text: '// oxlint-disable-next-line no-var\n' },
    good: { path: 'core/a.ts', text: '// oxlint-disable-next-line no-var -- the vendor’s snippet\n' },
  },
  'clock-is-injected': {
    bad: { path: 'core/a.ts', text: 'const now = new Date();\n' },
    good: { path: 'core/a.ts', text: 'const now = new Date(clock.nowMs());\n' },
  },
  'pinned-packages': {
    bad: { path: 'package.json', text: '    "hono": "^4.0.0"\n' },
    good: { path: 'package.json', text: '    "hono": "4.0.0"\n' },
  },
  'complete-lock': {
    bad: { path: 'package-lock.json', text: LOCK },
    good: { path: 'package-lock.json', text: `${LOCK}    "node_modules/a-darwin": {\n      "optional": true\n    }\n` },
  },
  'clean-lines': { bad: { path: 'core/a.ts', text: 'x; \n' }, good: { path: 'core/a.ts', text: 'x;\n' } },
};

describe('the tree', () => {
  test('has files to look at', () => {
    expect(FILES.length).toBeGreaterThan(50);
  });

  for (const rule of TIDY_RULES) {
    test(`keeps ${rule.name}: ${rule.why}`, () => {
      const files = FILES.filter(({ path }) => rule.appliesTo(path));
      expect(files.length, 'files the rule looked at').toBeGreaterThan(0);
      const offences = files.flatMap((file) =>
        rule.offences(file).map((line) => (line === 0 ? file.path : `${file.path}:${line}`)),
      );
      expect(offences, rule.why).toEqual([]);
    });
  }
});

describe('each rule', () => {
  test.each(TIDY_RULES.map((rule) => [rule.name, rule] as const))(
    '%s minds what it is for, and nothing close to it',
    (name, rule) => {
      const example = EXAMPLES[name];
      if (example === undefined) throw new Error(`${name} has no example: a rule nobody saw fire may never fire`);
      expect(rule.appliesTo(example.bad.path)).toBe(true);
      expect(rule.offences(example.bad)).not.toEqual([]);
      expect(rule.offences(example.good)).toEqual([]);
    },
  );
});
