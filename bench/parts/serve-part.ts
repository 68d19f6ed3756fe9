import * as v from 'valibot';

type Serving = { ready: Record<string, unknown>; answer?: (question: unknown) => unknown };

const questionSchema = v.object({ id: v.number(), question: v.unknown() });

/** The other end of `startPart`: reads the settings, serves, answers questions, and leaves when its parent does. */
export async function servePart<S extends v.GenericSchema>(
  schema: S,
  start: (settings: v.InferOutput<S>) => Promise<Serving>,
): Promise<void> {
  process.on('disconnect', () => process.exit(0));
  const serving = await start(v.parse(schema, JSON.parse(process.argv[2] ?? '{}')));
  process.on('message', (value) => {
    const { id, question } = v.parse(questionSchema, value);
    void Promise.resolve(question)
      .then((asked) => serving.answer?.(asked))
      .then((answer) => process.send?.({ type: 'answer', id, answer }))
      .catch((error: unknown) => process.send?.({ type: 'failed', id, error: String(error) }));
  });
  process.send?.({ type: 'ready', ready: serving.ready });
}

/** The address a `@hono/node-server` or `node:http` server listens on. */
export function portOf(address: string | { port: number } | null): number {
  if (address === null || typeof address === 'string') throw new TypeError('listens on no port');
  return address.port;
}
