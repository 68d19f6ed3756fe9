import type { CoreDeps } from '../deps.ts';
import type { CoreApp } from '../http/context.ts';

/** Browsing: events, performances, seat maps, availability. Needs no credential. */
export function register(_app: CoreApp, _deps: CoreDeps): void {}
