import { parseConfig, url } from '../platform/config.ts';

/** The admission worker's environment. */
export const readConfig = (env: Record<string, string | undefined>) =>
  parseConfig({ DATABASE_URL: url('postgres', 'postgresql'), REDIS_URL: url('redis', 'rediss') }, env);
