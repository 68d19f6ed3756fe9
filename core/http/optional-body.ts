import * as v from 'valibot';
import { parseBody, readJson, readText } from './json-body.ts';

const emptySchema = v.strictObject({});

/** The body of a POST that needs none: nothing at all, or `{}` as JSON. Refuses what `readJson` refuses. */
export const readOptionalBody = (request: Request): Promise<object> => readBodyIfAny(request, emptySchema);

/** A body that may be left out, which is the same as `{}`. Refuses what `readJson` refuses. */
export async function readBodyIfAny<S extends v.GenericSchema>(request: Request, schema: S): Promise<v.InferOutput<S>> {
  if (request.headers.get('content-type') === null) {
    const text = await readText(request);
    return parseBody(schema, text === '' ? {} : text);
  }
  if (request.headers.get('content-length') === '0') return parseBody(schema, {});
  return readJson(request, schema);
}
