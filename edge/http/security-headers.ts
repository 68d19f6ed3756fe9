import type { EdgeConfig } from '../ports.ts';

/**
 * The Content-Security-Policy of our pages: scripts and styles only as files of ours, so that pages stay cacheable (a nonce would
 * make each one different). `formTargets`: other origins a form may lead to, since browsers also judge the redirect by it. `widget`: the
 * origin of a challenge's script and frame, for the pages that show one.
 */
export function contentSecurityPolicy(
  config: EdgeConfig,
  formTargets: readonly string[] = [],
  widget: string | null = null,
): string {
  const widgets = widget === null ? [] : [widget];
  return [
    "default-src 'none'",
    ["script-src 'self'", ...widgets].join(' '),
    ...widgets.map((origin) => `frame-src ${origin}`),
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "manifest-src 'self'",
    `connect-src 'self' ${new URL(config.feedUrl).origin}`,
    ["form-action 'self'", ...formTargets].join(' '),
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ');
}

/** Headers that every answer carries. */
export const BASE_HEADERS: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'x-frame-options': 'DENY',
};
