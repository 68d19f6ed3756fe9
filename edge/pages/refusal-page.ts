import { ERRORS, problemHeaders, type ErrorCode, type ProblemDetails } from '../../contracts/errors.ts';
import { renderRefusal } from '../../web/waiting-page/render-refusal.ts';
import type { EdgeContext } from '../http/context.ts';
import { contentSecurityPolicy } from '../http/security-headers.ts';

/** A refusal for people who use the page without script: the same status and headers, as a page with a way back. */
export function refusalPage(c: EdgeContext, code: ErrorCode, details: ProblemDetails = {}): Response {
  const { status, title } = ERRORS[code];
  const retryAfter = problemHeaders(code, details)['retry-after'];
  if (retryAfter !== undefined) c.header('Retry-After', retryAfter);
  c.header('Cache-Control', 'no-store');
  c.header('Content-Security-Policy', contentSecurityPolicy(c.get('ports').config));
  const room = c.req.param('room');
  const back = room === undefined || code === 'room_not_found' ? '/' : `/rooms/${encodeURIComponent(room)}`;
  return c.html(
    renderRefusal({ title, detail: details.detail ?? null, backUrl: back, requestId: c.get('requestId') }),
    status,
  );
}
