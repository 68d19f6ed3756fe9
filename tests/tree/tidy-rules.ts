import ts from 'typescript';

/** A file as the rules see it: its path from the root, and its text. */
export interface TreeFile {
  readonly path: string;
  readonly text: string;
}

/** One rule of STYLE.md: which files it looks at, the lines it minds (0 for the file as a whole), and why. */
export interface TidyRule {
  readonly name: string;
  readonly why: string;
  readonly appliesTo: (path: string) => boolean;
  readonly offences: (file: TreeFile) => readonly number[];
}

const CODE = /\.(tsx?|mjs|cjs|lua|css|html|sh|sql)$/;
const TEST = /\.test\.tsx?$/;
const GENERATED = /\.generated\.|^package-lock\.json$/;

/** Files without lines to read. */
export function isBinary(path: string): boolean {
  return /\.(png|ico|jpg|jpeg|webp|woff2?|pdf|gz)$/.test(path);
}

const isText = (path: string): boolean => !isBinary(path) && !GENERATED.test(path);
const isCode = (path: string): boolean => CODE.test(path) && !GENERATED.test(path);
const isTypeScript = (path: string): boolean => /\.tsx?$/.test(path) && !GENERATED.test(path);
/** The rules name what they forbid, so they can't be held against themselves. */
const isRuleBook = (path: string): boolean => path.startsWith('tests/tree/') || path === 'STYLE.md';
const isShipped = (path: string): boolean =>
  isTypeScript(path) && !TEST.test(path) && !/^(tests|bench|ops)\//.test(path);

function linesMatching(pattern: RegExp) {
  return ({ text }: TreeFile): number[] =>
    text.split('\n').flatMap((line, index) => (pattern.test(line) ? [index + 1] : []));
}

function wholeFile(isOffence: (file: TreeFile) => boolean) {
  return (file: TreeFile): number[] => (isOffence(file) ? [0] : []);
}

const KEBAB = /^\.?[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$/;
const MIGRATION = /^\d{4}_[a-z0-9_]+\.sql$/;

function hasOddName({ path }: TreeFile): boolean {
  const names = path.split('/');
  const file = names.pop() ?? '';
  return names.some((name) => !KEBAB.test(name)) || !(KEBAB.test(file) || MIGRATION.test(file));
}

const LUA_HEADER = ['Purpose', 'KEYS', 'ARGV', 'Returns', 'Cost'];

function lacksLuaHeader({ path, text }: TreeFile): boolean {
  const firstCode = text.split('\n').findIndex((line) => line !== '' && !line.startsWith('--'));
  const header = text.split('\n').slice(0, firstCode === -1 ? undefined : firstCode);
  const wanted = path.includes('/includes/') ? ['Purpose'] : LUA_HEADER;
  return wanted.some((word) => !header.some((line) => new RegExp(`^-+\\s*${word}\\b`).test(line)));
}

/** Lines of exported functions and classes without a docstring. */
function undocumentedExports({ path, text }: TreeFile): number[] {
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  return tree.statements.flatMap((statement) => {
    if (!isExported(statement) || !isFunctionOrClass(statement) || hasDocstring(statement, tree)) return [];
    return [tree.getLineAndCharacterOfPosition(statement.getStart()).line + 1];
  });
}

function isExported(node: ts.Statement): boolean {
  return (
    ts.canHaveModifiers(node) && (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)
  );
}

function isFunctionOrClass(node: ts.Statement): boolean {
  if (ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node)) return true;
  return (
    ts.isVariableStatement(node) &&
    node.declarationList.declarations.some(
      ({ initializer }) => initializer !== undefined && ts.isArrowFunction(initializer),
    )
  );
}

function hasDocstring(node: ts.Node, tree: ts.SourceFile): boolean {
  const comments = ts.getLeadingCommentRanges(tree.text, node.getFullStart()) ?? [];
  return comments.some(({ pos }) => tree.text.startsWith('/**', pos));
}

/** The lines that name an optional package of which the lock itself has no entry. */
function packagesMissingFromLock({ text }: TreeFile): number[] {
  const entries = new Set([...text.matchAll(/^ {4}"(?:[^"]*\/)?node_modules\/([^"]+)": \{/gm)].map(([, name]) => name));
  let inOptional = false;
  return text.split('\n').flatMap((line, index) => {
    if (/^ {6}"optionalDependencies": \{/.test(line)) inOptional = true;
    else if (line.startsWith('      }')) inOptional = false;
    else if (inOptional && !entries.has(/^\s+"([^"]+)"/.exec(line)?.[1])) return [index + 1];
    return [];
  });
}

const unpinned = /^\s+"[^"]+": "[\^~*]/;

export const TIDY_RULES: readonly TidyRule[] = [
  {
    name: 'kebab-case',
    why: 'One spelling for file names: nobody has to remember which, and no file system confuses them. Migrations are 0001_like_this.sql.',
    appliesTo: isCode,
    offences: wholeFile(hasOddName),
  },
  {
    name: 'no-utils',
    why: 'A name that fits everything collects everything. Name the noun or the verb the file is about.',
    appliesTo: isCode,
    offences: wholeFile(({ path }) =>
      /(^|[/.-])(utils?|helpers?)([/.-]|$)|(^|\/)(misc|common|interfaces|types)[/.]/.test(path.replace(/\.d\.ts$/, '')),
    ),
  },
  {
    name: 'file-length',
    why: 'Longer than 350 lines is more than one subject. Data belongs in data files, generated code in *.generated.*.',
    appliesTo: isCode,
    offences: wholeFile(({ text }) => text.split('\n').length > 351),
  },
  {
    name: 'no-todo',
    why: 'A note in the code is read by nobody who plans. Open an issue, or do it.',
    appliesTo: (path) => isText(path) && !isRuleBook(path),
    offences: linesMatching(/\b(TODO|FIXME|XXX|HACK)\b/),
  },
  {
    name: 'no-focused-or-skipped-test',
    why: 'A test that is left out tells everyone it passed. Fix it or take it away.',
    appliesTo: (path) => TEST.test(path) && !isRuleBook(path),
    offences: linesMatching(/\b(test|it|describe|suite)\.(only|skip|todo|fails)\b|\b(xit|xdescribe|fit|fdescribe)\(/),
  },
  {
    name: 'no-machine-path',
    why: 'A path of one machine is wrong on every other.',
    appliesTo: (path) => isText(path) && !isRuleBook(path),
    offences: linesMatching(/(^|[\s'"`(=:<])\/(work|root|Users|home\/\w+|tmp\/plan)(\/|\b(?=['"`)]))/),
  },
  {
    name: 'no-registry-host',
    why: 'Where packages come from is the business of whoever installs; a host in the tree breaks everyone behind another one.',
    appliesTo: (path) => !isBinary(path) && !isRuleBook(path),
    offences: linesMatching(
      /\b(registry\.[a-z0-9-]+\.[a-z]+|npmmirror|artifactory|jfrog|verdaccio|files\.pythonhosted)/i,
    ),
  },
  {
    name: 'lua-header',
    why: 'A script is an interface without types: its header gives Purpose, KEYS, ARGV with units, Returns and Cost (includes: Purpose).',
    appliesTo: (path) => path.startsWith('redis/lua/') && path.endsWith('.lua'),
    offences: wholeFile(lacksLuaHeader),
  },
  {
    name: 'docstring',
    why: 'Whoever calls an export should not have to read its body: one sentence of contract, then units, errors, atomicity.',
    appliesTo: isShipped,
    offences: undocumentedExports,
  },
  {
    name: 'reasoned-disable',
    why: 'A rule that is switched off says why after ` -- `, or the next reader can neither trust nor remove it.',
    appliesTo: (path) => isCode(path) && !isRuleBook(path),
    offences: linesMatching(/(oxlint|eslint)-disable(?!.* -- \S)/),
  },
  {
    name: 'clock-is-injected',
    why: '`new Date()` reads the machine’s clock. Take a Clock, so that a test can stand one millisecond before an expiry.',
    appliesTo: (path) => isShipped(path) && !/^(platform|web|cli|local-stack)\//.test(path),
    offences: linesMatching(/new Date\(\)/),
  },
  {
    name: 'pinned-packages',
    why: 'Exact versions: what was tested is what runs.',
    appliesTo: (path) => path === 'package.json',
    offences: linesMatching(unpinned),
  },
  {
    name: 'complete-lock',
    why:
      'npm drops packages of other platforms from the lock when a registry does not have them; `npm ci` then refuses the ' +
      'lock everywhere. Add the entry (version, os, cpu, libc, optional) back.',
    appliesTo: (path) => path === 'package-lock.json',
    offences: packagesMissingFromLock,
  },
  {
    name: 'clean-lines',
    why: 'Tabs, carriage returns, trailing blanks and a missing last newline make differences that mean nothing.',
    appliesTo: isCode,
    offences: (file) => [
      ...linesMatching(/[ \t]+$|\r|^\s*\t/)(file),
      ...(file.text === '' || file.text.endsWith('\n') ? [] : [file.text.split('\n').length]),
    ],
  },
];
