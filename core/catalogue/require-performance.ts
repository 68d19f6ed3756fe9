import * as v from 'valibot';
import { slugSchema } from '../../contracts/catalogue.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import type { CoreDeps } from '../deps.ts';
import type { Performance } from './performance.ts';

/** The performance with this id. Refuses: `performance_not_found`; a text that can be no id costs no read. */
export async function requirePerformance(deps: Pick<CoreDeps, 'catalogue'>, id: string): Promise<Performance> {
  const performance = v.is(slugSchema, id) ? await deps.catalogue.performance(id) : null;
  if (performance === null) throw new OperatingError('performance_not_found');
  return performance;
}
