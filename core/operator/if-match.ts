import type { ExpectedVersions } from './change-room.ts';

/**
 * The versions that `If-Match` accepts (RFC 9110 §13.1.1): null for none named or `*`. The comparison is strong, so a weak tag never
 * matches; what is no tag of ours matches nothing either: `stale`.
 */
export function readIfMatch(header: string | undefined): ExpectedVersions {
  if (header === undefined || header.trim() === '*') return null;
  const tags = header.split(',').map((tag) => tag.trim());
  return tags.flatMap((tag) => {
    const version = /^"(\d{1,9})"$/.exec(tag)?.[1];
    return version === undefined ? [] : [Number(version)];
  });
}
