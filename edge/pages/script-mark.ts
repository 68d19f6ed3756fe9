import { getCookie } from 'hono/cookie';
import type { EdgeContext } from '../http/context.ts';
import { SCRIPT_MARK } from '../../web/waiting-page/script-mark.ts';

/**
 * Whether this browser ran the page's script lately, by the mark it leaves. Then `Refresh` is left out: a header can't be taken
 * back, and it would reload the page under the script. The page keeps a refresh in `<noscript>` for those who turn scripts off.
 */
export const hasScript = (c: EdgeContext): boolean => getCookie(c, SCRIPT_MARK) === '1';
