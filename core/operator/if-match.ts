import { OperatingError } from '../../platform/operating-error.ts';
import type { ExpectedVersions } from './change-room.ts';

/**
 * The versions that `If-Match` accepts (RFC 9110 §13.1.1): null for none named or `*`. The comparison is strong, so a weak tag never
 * matches; a header that is no list of tags matches nothing either: `stale`.
 */
export function readIfMatch(header: string | undefined): ExpectedVersions {
  if (header === undefined || header.trim() === '*') return null;
  const tags = header.split(',').map((tag) => tag.trim());
  if (!tags.every((tag) => /^(W\/)?"[\x21\x23-\x7e]*"$/.test(tag))) throw new OperatingError('stale');
  return tags.flatMap((tag) => {
    const version = /^"(\d{1,9})"$/.exec(tag)?.[1];
    return version === undefined ? [] : [Number(version)];
  });
}
