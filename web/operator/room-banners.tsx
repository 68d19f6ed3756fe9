import type { RoomStats, RoomView } from '../../contracts/operator-rooms.ts';
import { Countdown, deadlineOf } from '../shared/countdown.tsx';
import { formatCount } from '../shared/format.ts';
import { Notice } from '../shared/notice.tsx';
import { ageSeconds } from './samples.ts';

/** A board older than this means that no tick has run, in seconds. */
const STALE_AFTER_SECONDS = 5;
/** A process that said nothing for so long counts as away, ms. */
const SILENT_AFTER_MS = 5000;

/** Why admission stands still, by the part that is away. */
export const HELD: Record<string, string> = {
  postgres: 'Admission stands still: the database does not answer.',
  core: 'Admission stands still: the shop does not answer.',
};

/** What holds a room up, in words; empty when all is well. Pure. */
export function troublesOf(stats: RoomStats): string[] {
  const age = ageSeconds(stats);
  const troubles: string[] = [];
  if (stats.held !== null) troubles.push(HELD[stats.held] ?? 'Admission stands still.');
  if (stats.storeAway)
    troubles.push('Redis does not answer: nobody can join or is let in, and the counts are missing.');
  else if (stats.recovering) troubles.push('The room is being restored after a loss: places and sessions are kept.');
  else if (age === null) troubles.push('The room has no board yet: is the admission worker running?');
  else if (age > STALE_AFTER_SECONDS)
    troubles.push(`No tick for ${formatCount(age)} seconds: is the admission worker running?`);
  return troubles;
}

/** What an operator must know before anything else: troubles, the message that is out, the time until the opening. */
export function RoomBanners({ view, stats }: { view: RoomView; stats: RoomStats | null }) {
  return (
    <>
      {stats !== null &&
        troublesOf(stats).map((text) => (
          <Notice key={text} kind="warning">
            {text}
          </Notice>
        ))}
      {view.state === 'lobby' && view.opensAt !== null && (
        <Notice kind="info">
          <Countdown key={view.opensAt} deadline={deadlineOf(view.now, view.opensAt)} label="The sale opens in" />
        </Notice>
      )}
      {view.message !== null && <Notice kind="info">Shown to everyone who waits: “{view.message}”</Notice>}
    </>
  );
}

/** How each core process is, in a line each. */
export function CoreHealthList({ core }: { core: RoomStats['core'] }) {
  if (core.length === 0) return <p class="quiet small">No core process says how it is.</p>;
  return (
    <ul class="plain small">
      {core.map((process) => (
        <li key={process.process} class="quiet">
          {process.ageMs > SILENT_AFTER_MS ? 'Silent for' : 'Said'} {formatCount(Math.round(process.ageMs / 1000))} s
          {process.ageMs > SILENT_AFTER_MS ? '' : ' ago'} · holds {inMs(process.holdP95Ms)} · errors{' '}
          {process.errorRate === null ? '–' : `${(100 * process.errorRate).toFixed(1)} %`} · loop{' '}
          {inMs(process.eventLoopLagMs)} · pool {inMs(process.poolWaitMs)}
        </li>
      ))}
    </ul>
  );
}

const inMs = (ms: number | null): string => (ms === null ? '–' : `${formatCount(Math.round(ms))} ms`);
