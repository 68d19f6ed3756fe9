import type { ErrorCode } from '../../contracts/errors.ts';
import { OperatingError } from '../../platform/operating-error.ts';
import { createEdgeScriptClient } from '../../redis/client.edge.ts';
import type { ScriptSet } from '../../redis/scripts.generated.ts';

/** A Worker that runs one call of the edge's client per request, so that the suite can drive it from inside workerd. */
type Env = { REST_URL: string; REST_TOKEN: string; SCRIPTS: ScriptSet };
export type ProbeCall =
  | { method: 'run'; script: keyof ScriptSet; keys: string[]; args: (string | number)[] }
  | { method: 'get'; key: string }
  | { method: 'isMember'; key: string; member: string };
export type ProbeAnswer = { value: unknown } | { code: ErrorCode } | { fault: string };

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const client = createEdgeScriptClient({ url: env.REST_URL, token: env.REST_TOKEN }, env.SCRIPTS);
    const call = (await request.json()) as ProbeCall;
    try {
      if (call.method === 'run') return Response.json({ value: await client.run(call.script, call.keys, call.args) });
      if (call.method === 'get') return Response.json({ value: await client.get(call.key) });
      return Response.json({ value: await client.isMember(call.key, call.member) });
    } catch (error) {
      if (error instanceof OperatingError) return Response.json({ code: error.code });
      return Response.json({ fault: String(error) });
    }
  },
};
