import type { CoreDeps } from '../deps.ts';
import type { CoreApp } from '../http/context.ts';

/** Holds: place, look at, extend, give back. */
export function register(_app: CoreApp, _deps: CoreDeps): void {}
