/** What `bin/dev --ready-file` writes once every part answers (DESIGN §8). */
export type ReadyFile = {
  edgeUrl: string;
  coreUrl: string;
  feedUrl: string;
  redisUrl: string;
  postgresUrl: string;
  restUrl: string;
  restToken: string;
  operatorToken: string;
  rooms: Record<string, { performances: string[] }>;
  payments: { sandboxUrl: string; webhookSecret: string };
};
