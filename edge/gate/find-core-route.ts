import { CORE_ROUTES, matchRoute, type Method, type Route } from '../../contracts/routes.ts';

const METHODS: readonly Method[] = ['GET', 'POST', 'PATCH', 'DELETE'];

/** What the gate makes of a method and a path of core. */
export type CoreRoute = { found: true; route: Route } | { found: false; allowed: readonly Method[] };

/** Where the gate's addresses begin; what follows is core's own path. */
export const GATE_PREFIX = '/api/core';

/** Looks a core path up in the route table; `allowed` is empty for an unknown path, else the methods that it takes. */
export function findCoreRoute(method: string, path: string): CoreRoute {
  // A HEAD is answered wherever a GET is (RFC 9110 §9.3.2).
  const route = path.startsWith('/v1/') ? lookUp(method === 'HEAD' ? 'GET' : method, path) : undefined;
  if (route !== undefined) return { found: true, route };
  const allowed = path.startsWith('/v1/') ? METHODS.filter((name) => lookUp(name, path) !== undefined) : [];
  return { found: false, allowed };
}

const lookUp = (method: string, path: string): Route | undefined => matchRoute<Route>(CORE_ROUTES, method, path);
