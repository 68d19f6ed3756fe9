import { OperatingError } from '../../platform/operating-error.ts';
import { contentTypeOf } from './read-body.ts';
import type { EdgeContext } from './context.ts';

/** How a request that changes something proves who sent it. */
export type Proof = 'bearer' | 'cookie' | 'none';

/**
 * Refuses what another site could make a browser send (DESIGN §6): a request that relies on a cookie, and every urlencoded form,
 * must say that it comes from our pages, and carry JSON unless it is such a form. A request that says it comes from elsewhere is
 * refused even without a cookie, because the answer would replace the visitor's own. Throws `forbidden`.
 */
export function requireOwnOrigin(c: EdgeContext, proof: Proof): void {
  if (proof === 'bearer') return;
  const type = contentTypeOf(c);
  const form = type === FORM_TYPE;
  const sender = senderOf(c);
  if (sender === 'elsewhere') throw forbidden('The request comes from another site.');
  if ((proof === 'cookie' || form) && sender !== 'us')
    throw forbidden('Send our Origin with requests that rely on a cookie.');
  if (proof === 'cookie' && type !== null && type !== 'application/json' && !form)
    throw forbidden('Send application/json.');
}

/** Whether a page of ours sent the request, by what its browser says. */
export const isFromOurPage = (c: EdgeContext): boolean => senderOf(c) === 'us';

/** The media type of a form posted without script. */
export const FORM_TYPE = 'application/x-www-form-urlencoded';

/** Whether this is a form of the waiting page posted without script; such a request is answered by 303. */
export const isFormPost = (c: EdgeContext): boolean => contentTypeOf(c) === FORM_TYPE;

function senderOf(c: EdgeContext): 'us' | 'elsewhere' | 'unknown' {
  const site = c.req.header('Sec-Fetch-Site');
  if (site === 'same-origin') return 'us';
  const origin = c.req.header('Origin');
  if (origin !== undefined) return origin === c.get('ports').config.origin ? 'us' : 'elsewhere';
  return site === undefined ? 'unknown' : 'elsewhere';
}

const forbidden = (detail: string) => new OperatingError('forbidden', { detail });
