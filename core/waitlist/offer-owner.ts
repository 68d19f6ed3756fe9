const PREFIX = 'waitlist:';

/** Whose hold is made of an entry's offer; no pass has such a subject. */
export const ownerOf = (entryId: string): string => PREFIX + entryId;

/** The entry whose offer a hold was made of; null for a visitor's own hold. */
export const entryOfOwner = (owner: string): string | null =>
  owner.startsWith(PREFIX) ? owner.slice(PREFIX.length) : null;
