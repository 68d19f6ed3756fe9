import { serve } from '@hono/node-server';

/** An app that listens. `stop` lets requests end that are under way. */
export type ServedApp = { url: string; stop(): Promise<void> };

/** Serves an app of ours on one port (0: a free one). Rejects with the system's error when it can't listen there. */
export function serveApp(
  app: { fetch: Parameters<typeof serve>[0]['fetch'] },
  { host, port }: { host: string; port: number },
): Promise<ServedApp> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch: app.fetch, hostname: host, port }, (bound) =>
      resolve({
        url: `http://${host}:${bound.port}`,
        stop: () =>
          new Promise((done) => {
            server.close(() => done());
            // Clients keep their connections open between requests; those must not hold the stop up.
            if ('closeIdleConnections' in server) server.closeIdleConnections();
          }),
      }),
    );
    server.once('error', reject);
  });
}
