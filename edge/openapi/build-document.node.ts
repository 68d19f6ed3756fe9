import { toJsonSchema } from '@valibot/to-json-schema';
import type { GenericSchema } from 'valibot';
import { ERRORS, PROBLEM_MEDIA_TYPE, type ErrorCode } from '../../contracts/errors.ts';
import { CORE_ROUTES, EDGE_ROUTES, type Route } from '../../contracts/routes.ts';
import { GATE_PREFIX } from '../gate/find-core-route.ts';
import { isBrowsing } from '../gate/limit-browsing.ts';
import { DESCRIBED } from './describe-routes.ts';
import type { Described } from './described.ts';
import { QUERIES } from './search-queries.ts';

/** A part of the document; what the schema package writes is taken as it comes. */
type JsonObject = { [key: string]: unknown };

/** Builds the OpenAPI 3.1 document from the route table and the schemas. Pure: the same input, the same text. */
export function buildOpenApi(): JsonObject {
  const paths: Record<string, JsonObject> = {};
  const schemas: JsonObject = { Problem: PROBLEM };
  for (const { route, path } of servedRoutes()) {
    const operation = operationOf(route, path, DESCRIBED[`${route.method} ${path}`], schemas);
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Onsale', version: '1', description: 'Virtual waiting room and booking core.' },
    paths,
    components: { schemas, securitySchemes: SECURITY_SCHEMES },
  };
}

/** Every route as the public origin serves it, with OpenAPI's path syntax. */
export function servedRoutes(): { route: Route; path: string }[] {
  const braces = (path: string) => path.replaceAll(/:([A-Za-z]+)/g, '{$1}');
  const edge = EDGE_ROUTES.map((route: Route) => ({ route, path: braces(route.path) }));
  const own = OWN_ROUTES.map((route) => ({ route, path: route.path }));
  const core = CORE_ROUTES.filter(({ path }) => path.startsWith('/v1/')).map((route: Route) => ({
    route,
    path: `/api/core${braces(route.path)}`,
  }));
  return [...edge, ...own, ...core];
}

/** Addresses every web service has; they stand outside the route table because no credential and no gate concerns them. */
const OWN_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/.well-known/jwks.json',
    credentials: ['none'],
    summary: 'Public keys of passes and feed tokens',
  },
  { method: 'GET', path: '/healthz', credentials: ['none'], summary: 'This process answers' },
  { method: 'GET', path: '/readyz', credentials: ['none'], summary: 'The store answers too' },
  { method: 'GET', path: '/openapi.json', credentials: ['none'], summary: 'This document' },
];

function operationOf(route: Route, path: string, described: Described | undefined, schemas: JsonObject): JsonObject {
  const { body, answers, codes } = described ?? { answers: { 200: { text: 'Done' } }, codes: codesOf(route, path) };
  const responses: JsonObject = {};
  for (const [status, answer] of Object.entries(answers)) {
    const media = answer.media ?? 'application/json';
    const schema: unknown = answer.name === undefined ? {} : reference(answer.name, answer.schema, schemas);
    const content = status === '204' || status.startsWith('3') ? {} : { content: { [media]: { schema } } };
    responses[status] = { description: answer.text, ...content };
  }
  return {
    operationId: `${route.method.toLowerCase()}${path.replaceAll(/[^A-Za-z0-9]+(.)?/g, (_all, next: string | undefined) => next?.toUpperCase() ?? '')}`,
    summary: route.summary,
    ...(route.role === undefined ? {} : { description: `Role: ${route.role} or above.` }),
    parameters: parametersOf(route, path),
    security: securityOf(route),
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: body.optional !== true,
            content: {
              'application/json': { schema: reference(body.name, body.schema, schemas) },
              ...Object.fromEntries((body.media ?? []).map((media): [string, unknown] => [media, {}])),
            },
          },
        }),
    responses: { ...responses, ...refusalsOf(codes) },
  };
}

/** What the gate limits, it may refuse. */
const codesOf = (route: Route, path: string): readonly ErrorCode[] =>
  path.startsWith(GATE_PREFIX) && isBrowsing(route) ? ['rate_limited'] : [];

function parametersOf(route: Route, path: string): unknown[] {
  const names = [...path.matchAll(/\{([A-Za-z]+)\}/g)].flatMap(([, name]) => name ?? []);
  const parameters: unknown[] = names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } }));
  for (const [name, { schema, description }] of Object.entries(QUERIES[`${route.method} ${path}`] ?? {}))
    parameters.push({ name, in: 'query', required: false, schema: inlined(schema), description });
  if (route.idempotent)
    parameters.push({
      name: 'Idempotency-Key',
      in: 'header',
      required: true,
      schema: { type: 'string', maxLength: 255 },
    });
  if (path === '/api/rooms/{room}/tickets' && route.method === 'POST') {
    parameters.push({
      name: 'Idempotency-Key',
      in: 'header',
      required: false,
      schema: { type: 'string', minLength: 16, maxLength: 255 },
      description:
        'In a room that asks for an identity: repeats a join whose answer was lost, and gets the same place.',
    });
  }
  if (route.credentials.includes('access_pass') && path.startsWith('/api/core')) {
    parameters.push({
      name: 'Onsale-Room',
      in: 'header',
      required: false,
      schema: { type: 'string' },
      description: 'Whose pass cookie to use.',
    });
  }
  return parameters;
}

/** Refusals by status; every call may also answer 500 and, where a store is needed, 503. */
function refusalsOf(codes: readonly ErrorCode[]): JsonObject {
  const statuses = [...new Set(codes.map((code) => ERRORS[code].status))];
  const entries = statuses.map((status): [string, unknown] => {
    const ofStatus = codes.filter((code) => ERRORS[code].status === status);
    return [String(status), problemOf(ofStatus.join(', '))];
  });
  return { ...Object.fromEntries(entries), default: problemOf('Any other refusal') };
}

const problemOf = (description: string): JsonObject => ({
  description,
  content: { [PROBLEM_MEDIA_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } },
});

const PROBLEM: JsonObject = {
  type: 'object',
  required: ['type', 'title', 'status', 'code', 'detail', 'requestId'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', enum: Object.keys(ERRORS) },
    detail: { type: 'string' },
    requestId: { type: 'string' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['path', 'message'],
        properties: { path: { type: 'string' }, message: { type: 'string' } },
      },
    },
  },
};

const bearer = (description: string): JsonObject => ({ type: 'http', scheme: 'bearer', description });
const SECURITY_SCHEMES: JsonObject = {
  queue_ticket: bearer('A queue ticket; our pages send it as a cookie.'),
  access_pass: bearer('An access pass; our pages send it as a cookie.'),
  hold_receipt: bearer('A hold receipt; some calls take it in the body.'),
  feed_token: bearer('The token of `POST rooms/{room}/feed-tokens`.'),
  booking_token: bearer('The accessToken of the booking.'),
  account: bearer('A session of an account, or a token of the configured identity provider; our pages send a cookie.'),
  waitlist_token: bearer('The token of the waitlist entry.'),
  operator: bearer('An operator token.'),
};

/** What the document can name as a scheme; the others (a code in the address, a webhook's signature) are told in words. */
function securityOf({ credentials, account }: Route): unknown[] {
  const named = credentials.filter((credential) => Object.hasOwn(SECURITY_SCHEMES, credential));
  if (named.length === 0) return [];
  const needs = [
    named,
    ...(account === 'instead' ? [['account']] : []),
    ...(account === 'beside' ? [['account', ...named]] : []),
  ];
  return needs.map((schemes) => Object.fromEntries(schemes.map((scheme): [string, unknown] => [scheme, []])));
}

function reference(name: string, schema: GenericSchema | undefined, schemas: JsonObject): unknown {
  if (schema !== undefined) schemas[name] ??= inlined(schema);
  return { $ref: `#/components/schemas/${name}` };
}

function inlined(schema: GenericSchema): object {
  const { $schema: _, ...rest } = toJsonSchema(schema, {
    target: 'draft-2020-12',
    errorMode: 'ignore',
    typeMode: 'input',
  });
  return rest;
}
