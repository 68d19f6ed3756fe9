import { expect, it } from 'vitest';
import { buildOpenApi, servedRoutes } from './build-document.node.ts';
import { DESCRIBED } from './describe-routes.ts';
import published from './openapi.generated.json' with { type: 'json' };

const paths: Record<string, Record<string, { responses?: object; operationId?: string }>> = published.paths;

it('the published document is the one that schemas and route table make', () => {
  expect(published, 'run `npm run generate`').toEqual(JSON.parse(JSON.stringify(buildOpenApi())));
});

it('every route is in it, with at least one answer', () => {
  expect(servedRoutes().length).toBeGreaterThan(30);
  for (const { route, path } of servedRoutes()) {
    const operation = paths[path]?.[route.method.toLowerCase()];
    expect(Object.keys(operation?.responses ?? {}).length, `${route.method} ${path}`).toBeGreaterThan(1);
  }
});

it('describes no route that is not served', () => {
  const served = new Set(servedRoutes().map(({ route, path }) => `${route.method} ${path}`));
  expect(Object.keys(DESCRIBED).filter((name) => !served.has(name))).toEqual([]);
});

it('names each operation once and points only at schemas it has', () => {
  const names = Object.values(paths).flatMap((path) => Object.values(path).map(({ operationId }) => operationId));
  expect(new Set(names).size).toBe(names.length);
  const references = [...JSON.stringify(published).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(
    ([, name]) => name,
  );
  expect(references.length).toBeGreaterThan(10);
  expect(references.filter((name) => name === undefined || !Object.hasOwn(published.components.schemas, name))).toEqual(
    [],
  );
});

it('is of JSON Schema 2020-12, as OpenAPI 3.1 has it: pairs are no lists of items', () => {
  const text = JSON.stringify(published);
  expect(text).not.toContain('"items":[');
  expect(text).toContain('"prefixItems":[');
});
