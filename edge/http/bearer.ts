import type { EdgeContext } from './context.ts';

const BEARER = /^Bearer +([^\s]+) *$/i;

/** The token of `Authorization: Bearer` (RFC 6750 §2.1), or null when another scheme or none is used. */
export const bearerToken = (c: EdgeContext): string | null =>
  BEARER.exec(c.req.header('Authorization') ?? '')?.[1] ?? null;
