// The import walls: who may import whom. `npm run walls` runs them and says how much it looked at;
// tests/tree/walls.test.ts plants a violation of each kind and expects its rule to fire.
'use strict';

/** Folder → folders it may import besides itself. A folder that is not here may import nothing of ours. */
const SERVICES = ['contracts', 'platform', 'tokens', 'redis', 'db', 'admission-worker', 'feed', 'core'];
const MAY_IMPORT = {
  contracts: [],
  platform: ['contracts'],
  tokens: ['contracts', 'platform'],
  redis: ['contracts', 'platform'],
  db: ['contracts', 'platform'],
  edge: ['contracts', 'platform', 'tokens', 'redis', 'web/waiting-page'],
  'admission-worker': ['contracts', 'platform', 'redis', 'db'],
  feed: ['contracts', 'platform', 'tokens', 'redis'],
  core: ['contracts', 'platform', 'tokens', 'redis', 'db'],
  // The scanner judges tickets without a network, by the same code as core.
  web: ['contracts', 'tokens'],
  cli: [...SERVICES, 'web', 'local-stack'],
  'local-stack': [...SERVICES, 'web', 'edge', 'cli'],
};

/** Token kind → who may sign it. Whoever can sign a kind can forge it, so the list is as short as it can be. */
const MAY_SIGN = {
  'queue-ticket': ['edge'],
  'access-pass': ['edge'],
  'feed-hello': ['edge'],
  'hold-receipt': ['core'],
  'entry-ticket': ['core'],
  'revocation-list': ['core'],
  operator: ['cli', 'local-stack'],
};

/** Package → folders that may import it, where one folder wraps it for the rest. */
const WRAPPED = {
  jose: {
    in: ['tokens', 'local-stack'],
    why: 'tokens/ owns what a token may say; elsewhere a check would be forgotten.',
  },
  postgres: { in: ['db', 'local-stack'], why: 'db/ owns the pools, their limits and the raw SQL.' },
  ioredis: {
    in: ['redis', 'local-stack'],
    why: 'redis/client.node.ts owns protocol, timeouts and how a dead store is reported.',
  },
  '@upstash/redis': {
    in: ['redis'],
    why: 'redis/client.edge.ts owns retries and scrubs commands from its error messages.',
  },
  nodemailer: {
    in: ['core'],
    why: 'core/mail/ owns time-outs, the pool and how a refusal is told without an address.',
  },
  stripe: {
    in: ['core'],
    why: 'core/payments/stripe-calls.ts owns time-outs, the breaker, and what of an error may be told.',
  },
  bullmq: { in: ['core'], why: 'Jobs are the core’s; others write to the outbox.' },
  valibot: {
    in: [
      'contracts',
      'platform',
      'tokens',
      'redis',
      'edge',
      'admission-worker',
      'feed',
      'core',
      'cli',
      'local-stack',
      'db',
    ],
    why: 'Pages stay small: they trust the schemas the services keep.',
  },
};

// Tests live beside their files and may start real parts, so the walls are about shipped code.
const TESTS = '(\\.(test|fixture)\\.tsx?$|^(tests|bench|ops)/)';
const any = (folders) => `^(${folders.join('|')})/`;

const folderWalls = Object.entries(MAY_IMPORT).map(([folder, allowed]) => ({
  name: `walls-${folder}`,
  severity: 'error',
  comment: `${folder}/ may import ${allowed.length > 0 ? allowed.map((name) => `${name}/`).join(', ') : 'nothing of ours'}.`,
  from: { path: any([folder]), pathNot: TESTS },
  to: {
    pathNot: [any([folder, ...allowed]), '^node_modules/'],
    dependencyTypesNot: ['core', 'npm', 'npm-dev', 'npm-no-pkg', 'unknown'],
  },
}));

// cli/ and local-stack/ start the services, and so reach what those may sign: for them only the direct import counts.
const STARTS_SERVICES = ['cli', 'local-stack'];
const signers = Object.entries(MAY_SIGN).flatMap(([kind, folders]) =>
  [true, false].map((reachable) => ({
    name: `signs-${kind}`,
    severity: 'error',
    comment: `Only ${folders.join(' and ')} may sign ${kind} tokens; also not through a file in between.`,
    from: reachable
      ? { path: '^[a-z-]+/', pathNot: [any([...folders, 'tokens', ...STARTS_SERVICES]), TESTS] }
      : { path: any(STARTS_SERVICES), pathNot: [any(folders), TESTS] },
    to: { path: `^tokens/${kind}[^/]*[.]sign[.]ts$`, ...(reachable ? { reachable } : {}) },
  })),
);

const wrapped = Object.entries(WRAPPED).map(([name, { in: folders, why }]) => ({
  name: `wrapped-${name.replace(/[@/]/g, '')}`,
  severity: 'error',
  comment: `${name} is imported in ${folders.join(', ')} only: ${why}`,
  from: { path: '^[a-z-]+/', pathNot: [any(folders), TESTS] },
  to: { path: `^node_modules/${name}/` },
}));

module.exports = {
  forbidden: [
    ...folderWalls,
    ...signers,
    ...wrapped,
    {
      name: 'no-cycle',
      severity: 'error',
      comment: 'Files in a ring can only be understood, tested and loaded all at once.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'walls-unknown-folder',
      severity: 'error',
      comment: 'A new top folder needs a role, and a line in MAY_IMPORT, before it may import ours.',
      from: { path: '^[^/]+/', pathNot: [any(Object.keys(MAY_IMPORT)), TESTS] },
      to: { path: any(Object.keys(MAY_IMPORT)) },
    },
    {
      name: 'imported-by-none',
      severity: 'error',
      comment: 'tests/, bench/ and ops/ are for looking at the product; the product must not need them.',
      from: { pathNot: TESTS },
      to: { path: '^(tests|bench|ops)/' },
    },
    {
      name: 'no-import-of-tests',
      severity: 'error',
      comment: 'A test is nobody’s library. Share a fixture file instead.',
      from: {},
      to: { path: '\\.test\\.tsx?$' },
    },
    {
      name: 'contracts-import-only-valibot',
      severity: 'error',
      comment:
        'contracts/ is loaded by browsers, workerd and Node alike: schemas and arithmetic, nothing with effects.',
      from: { path: '^contracts/', pathNot: TESTS },
      to: { pathNot: ['^contracts/', '^node_modules/valibot/'] },
    },
    {
      name: 'tokens-verify-does-not-sign',
      severity: 'error',
      comment: 'Who may only verify must not get the signing code along with it.',
      from: { path: '^tokens/.*\\.verify\\.ts$' },
      to: { path: '\\.sign\\.ts$', reachable: true },
    },
    {
      name: 'signs-unknown-kind',
      severity: 'error',
      comment: 'A new token kind needs a line in MAY_SIGN first.',
      from: { pathNot: TESTS },
      to: { path: '\\.sign\\.ts$', pathNot: `^tokens/(${Object.keys(MAY_SIGN).join('|')})[^/]*[.]sign[.]ts$` },
    },
    {
      name: 'signs-nothing',
      severity: 'error',
      comment: 'The admission worker and the feed hold no private key and no code that would use one.',
      from: { path: '^(admission-worker|feed)/', pathNot: TESTS },
      to: { path: '\\.sign\\.ts$', reachable: true },
    },
    {
      name: 'edge-runs-on-workerd',
      severity: 'error',
      comment: 'Only edge/node.ts and *.node.ts may use Node; everything else in edge/ goes into the Worker bundle.',
      from: { path: '^edge/', pathNot: ['^edge/node\\.ts$', '\\.node\\.ts$', TESTS] },
      to: { path: ['\\.node\\.ts$', '^edge/node\\.ts$'] },
    },
    {
      name: 'worker-bundle-has-no-node',
      severity: 'error',
      comment: 'Nothing that edge/worker.ts reaches, however far away, may be a Node file or a Node built-in.',
      from: { path: '^edge/worker\\.ts$' },
      to: {
        path: [
          '\\.node\\.ts$',
          '^(node:)?(fs|net|tls|http|https|os|path|child_process|crypto|cluster|worker_threads|stream|events|process)(/|$)',
        ],
        reachable: true,
      },
    },
    {
      name: 'pages-are-separate',
      severity: 'error',
      comment: 'Each page loads only its own code: what pages share lives in web/shared/.',
      from: { path: '^web/([^/]+)/', pathNot: TESTS },
      to: { path: '^web/', pathNot: '^web/($1|shared)/' },
    },
    {
      name: 'no-unresolvable',
      severity: 'error',
      comment: 'An import that can’t be found would also slip past every other rule.',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-undeclared-package',
      severity: 'error',
      comment: 'A package that is not in package.json is there by luck.',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'no-dev-package-in-services',
      severity: 'error',
      comment: 'What runs in production stands under "dependencies".',
      from: { path: any(Object.keys(MAY_IMPORT)), pathNot: TESTS },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    // Imports of types count: a wall that lets types through lets the design through.
    tsPreCompilationDeps: true,
    // The planted trees of walls.test.ts borrow node_modules through a link.
    preserveSymlinks: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    doNotFollow: { path: '^node_modules/' },
    exclude: { path: ['^dist/', '^coverage/', '^\\.onsale', '^tests/tree/fixtures/'] },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types'],
    },
    builtInModules: { add: ['cloudflare:workers'] },
  },
};
