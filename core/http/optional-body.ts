import * as v from 'valibot';
import { parseBody, readJson, readText } from './json-body.ts';

const emptySchema = v.strictObject({});

/** The body of a POST that needs none: nothing at all, or `{}` as JSON. Refuses what `readJson` refuses. */
export async function readOptionalBody(request: Request): Promise<object> {
  if (request.headers.get('content-type') === null) {
    const text = await readText(request);
    return text === '' ? {} : parseBody(emptySchema, text);
  }
  if (request.headers.get('content-length') === '0') return {};
  return readJson(request, emptySchema);
}
