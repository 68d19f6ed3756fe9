import type { WaitlistView as Entry } from '../../contracts/waitlist.ts';
import { formatCount, formatDateTime } from '../shared/format.ts';
import { Notice } from '../shared/notice.tsx';
import type { Places } from './use-places.ts';

/** What somebody waits for, in words: the event and its time, where, and how many together. */
export function WaitlistWish({ entry, places }: { entry: Entry; places: Places }) {
  const { performance, event } = places;
  const { legs, partySize } = entry;
  const stopName = (code: string) => performance?.stops?.find((stop) => stop.code === code)?.name ?? code;
  const zone = performance?.zones.find(({ id }) => id === entry.zoneId)?.name ?? entry.zoneId;
  const what = entry.accessible === true ? 'wheelchair space' : 'place';
  return (
    <p>
      {event !== null && <strong>{event.name}</strong>}
      {performance !== null && (
        <>
          {' · '}
          <time dateTime={performance.startsAt}>{formatDateTime(performance.startsAt, performance.timeZone)}</time>
        </>
      )}
      {legs !== undefined && ` · ${stopName(legs.from)} → ${stopName(legs.to)}`}
      <br />
      <span class="quiet">
        {zone ?? entry.class} · {partySize === 1 ? `one ${what}` : `${formatCount(partySize)} ${what}s together`}
      </span>
    </p>
  );
}

const KINDS = {
  waiting: 'info',
  offered: 'good',
  accepted: 'good',
  booked: 'good',
  lapsed: 'warning',
  left: 'info',
} as const;

/** How it stands. One element throughout, so that a screen reader is told when it changes. */
export const WaitlistState = ({ entry }: { entry: Entry }) => (
  <Notice kind={KINDS[entry.state]}>{wordsOf(entry)}</Notice>
);

function wordsOf({ state, position, ahead }: Entry) {
  switch (state) {
    case 'waiting':
      return (
        <>
          <p>
            Your position: <strong>{formatCount(position ?? 1)}</strong>
            {ahead === 0 ? ', you are next.' : '.'}
          </p>
          <p>None is free now; some may come back. You get a mail then, and this page shows it, too.</p>
        </>
      );
    case 'offered':
      return 'What you wait for has come free and is kept for you alone. You need not join the line for it.';
    case 'accepted':
      return 'You have taken the offer. Now book, before the time is over.';
    case 'booked':
      return 'You have booked, and wait no more.';
    case 'lapsed':
      return 'The time for your offer is over, and it went to the next in line. You can join the waitlist again.';
    case 'left':
      return 'You have left the waitlist.';
  }
}
