/** How a door stands: of when its list is (epoch ms, null when none counts), and whether the phone keeps what it scans. */
export type Line = { listIssuedAtMs: number | null; isKept: boolean };

/** A list older than this is called old, ms: enough for people to have given tickets away on their way to the door. */
const OLD_MS = 15 * 60_000;
const DAY_MS = 86_400_000;

/** What the door's people read of it. `isOld`: offline by a list that is old, or by none. */
export function lineWords(
  { listIssuedAtMs }: Line,
  offlineSince: string | null,
  nowMs: number,
  locale?: string,
): { isOld: boolean; text: string } {
  const time = (ms: number) =>
    new Intl.DateTimeFormat(locale, {
      hour: '2-digit',
      minute: '2-digit',
      // Just the time would be taken for today's.
      ...(nowMs - ms > DAY_MS / 2 ? { weekday: 'short' as const } : {}),
    }).format(new Date(ms));
  const list = listIssuedAtMs === null ? null : time(listIssuedAtMs);
  if (offlineSince === null) return { isOld: false, text: list === null ? 'Online.' : `Online, list of ${list}.` };
  const since = `Offline since ${time(Date.parse(offlineSince))}`;
  if (list === null || listIssuedAtMs === null)
    return { isOld: true, text: `${since}, and no list that still counts: tickets can’t be judged here.` };
  const minutes = Math.max(0, Math.floor((nowMs - listIssuedAtMs) / 60_000));
  if (nowMs - listIssuedAtMs < OLD_MS) return { isOld: false, text: `${since}, list of ${list} (${minutes} min old).` };
  return {
    isOld: true,
    text: `${since}, old list of ${list} (${minutes} min old): who cancelled or gave a ticket away after that is not known here.`,
  };
}
