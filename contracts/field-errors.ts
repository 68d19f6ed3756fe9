import * as v from 'valibot';
import type { FieldError } from './errors.ts';

/**
 * What schemas refused, as a problem's `errors` tell it: where, and what was expected. A text that was sent is not said again, since it
 * may be an address, a name or a token (API.md: no personal data); numbers are, and the path names a field that is missing or unknown.
 */
export const fieldErrorsOf = (issues: readonly v.BaseIssue<unknown>[]): FieldError[] =>
  issues.map((issue) => ({ path: v.getDotPath(issue) ?? '', message: withoutText(issue) }));

function withoutText({ expected, message, received }: v.BaseIssue<unknown>): string {
  if (expected === 'never') return 'there is no such field';
  if (received === 'undefined') return 'is missing';
  if (!received.startsWith('"') || !message.endsWith(received)) return message;
  const told = message.slice(0, -received.length).trimEnd();
  return told.endsWith(' but received') ? `${told} a text` : told.replace(/: Received$/, '');
}
