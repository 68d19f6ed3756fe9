import * as v from 'valibot';
import { parseConfig, url } from '../platform/config.ts';

/** The admission worker's environment. */
export const readConfig = (env: Record<string, string | undefined>) =>
  parseConfig(
    {
      DATABASE_URL: url('postgres', 'postgresql'),
      REDIS_URL: url('redis', 'rediss'),
      /** Whether another run_id of Redis means that its state is lost; `ignore` behind a proxy that leads to several servers. */
      ONSALE_REDIS_RUN_ID: v.optional(v.picklist(['judge', 'ignore'], 'must be judge or ignore'), 'judge'),
    },
    env,
  );
