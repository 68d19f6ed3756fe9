import type { Context, Hono } from 'hono';

/** What the first middleware leaves for the rest of a request. */
export type CoreEnv = {
  Variables: {
    requestId: string;
    /** Who asks, as the gate says it; null when the caller is not our gate. */
    clientAddress: string | null;
    /** Whether the answer has our own headers already. */
    isLabelled?: boolean;
  };
};
export type CoreApp = Hono<CoreEnv>;
export type CoreContext = Context<CoreEnv>;
